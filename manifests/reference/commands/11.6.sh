# 11.6.2 Context
kubectl config view
kubectl config current-context
kubectl config get-contexts
kubectl config use-context k3d-dev-cluster
kubectl get pods
kubectl config set-context dev-context \
  --cluster=k3d-dev-cluster --user=admin@k3d-dev-cluster \
  --namespace=default
kubectl config get-contexts
kubectl config use-context k3d-test-cluster
