# 11.7.1 Basis
kubectl get namespaces
kubectl create ns pxl
kubectl apply -f ns.yaml
kubectl get namespaces
# 11.7.2 Resources toewijzen aan NS
kubectl run nginx-dev --image nginx -n dev
# 11.7.3 Resources opvragen in NS
kubectl get pods -n dev
kubectl config set-context --current --namespace dev
kubectl get pods
