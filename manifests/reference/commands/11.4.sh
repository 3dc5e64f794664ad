# 11.4 Cluster aanmaken
k3d cluster create dev-cluster --servers 1 --agents 1
kubectl get nodes
