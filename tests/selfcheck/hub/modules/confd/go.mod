// Only here to build confd itself: go build github.com/kelseyhightower/confd
// Its release has no go.mod. The versions are those of its time, as far as they can be had as modules.
module kubegrade.local/confd

go 1.23

require (
	github.com/BurntSushi/toml v0.3.1
	github.com/aws/aws-sdk-go v1.13.47
	github.com/coreos/etcd v3.3.27+incompatible
	github.com/coreos/pkg v0.0.0-20180928190104-399ea9e2e55f
	github.com/fsnotify/fsnotify v1.4.7
	github.com/garyburd/redigo v1.6.0
	github.com/go-ini/ini v1.36.0
	github.com/hashicorp/consul/api v1.1.0
	github.com/hashicorp/vault/api v1.0.4
	github.com/kelseyhightower/confd v0.16.0
	github.com/kelseyhightower/memkv v0.1.1
	github.com/samuel/go-zookeeper v0.0.0-20180130194729-c4fab1ac1bec
	github.com/ugorji/go v1.1.1
	github.com/xordataexchange/crypt v0.0.3-0.20170626215501-b2862e3d0a77
	go.uber.org/zap v1.10.0
	golang.org/x/net v0.27.0
	google.golang.org/grpc v1.26.0
	gopkg.in/yaml.v2 v2.4.0
)

require (
	github.com/coreos/go-semver v0.3.1 // indirect
	github.com/coreos/go-systemd v0.0.0-20191104093116-d3cd4ed1dbcf // indirect
	github.com/gogo/protobuf v1.3.2 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/jmespath/go-jmespath v0.4.0 // indirect
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/modern-go/reflect2 v1.0.2 // indirect
	github.com/sirupsen/logrus v1.10.2 // indirect
	go.uber.org/atomic v1.12.0 // indirect
	go.uber.org/multierr v1.11.0 // indirect
)
