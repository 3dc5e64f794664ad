# 11.5.4.1 Imperatief
kubectl run nginx-pod --image=nginx --restart=Never --port=80 --labels="zone=prod,version=v1"
kubectl get pods
