#!/usr/bin/env bash
# The plainest way to see what the suite sees: one step after the other, with kubectl apply, wait and sleep.
# Needs KUBECONFIG of a fresh cluster of the default topology, and MANIFESTS, the folder of the reference.
set -euo pipefail
cd "$MANIFESTS"
ready() { kubectl wait --for=condition=Ready --timeout=120s "$@"; }
again() { kubectl delete --grace-period=1 -f "$1"; kubectl apply -f "$1"; ready -f "$1"; }
status() { kubectl rollout status --timeout=300s deployment/nginx-deployment; }
version() { # image, change-cause
  sed -e "s/nginx:1.24/$1/" -e "s/Initial release/$2/" dep-rolling.yaml | kubectl apply -f -
}

echo "11.5"
kubectl apply -f second-pod.yaml
ready -f second-pod.yaml
kubectl run client --image=nginx --labels=role=client
ready pod/client
kubectl exec client -- curl -sf "http://$(kubectl get pod nginx-pod2 -o jsonpath='{.status.podIP}')" > /dev/null
kubectl exec nginx-pod2 -- ls -al > /dev/null
kubectl delete -f second-pod.yaml
sleep 5
! kubectl get -f second-pod.yaml 2> /dev/null

echo "11.7"
kubectl apply -f ns.yaml -f ns-pod.yaml
ready -f ns-pod.yaml
kubectl delete -f ns.yaml

echo "11.8"
kubectl apply -f svc.yaml -f svc-nginx.yaml -f svc-debian.yaml -f nodeport.yaml
ready -f svc-nginx.yaml -f svc-debian.yaml
sleep 5
kubectl get endpointslices -l kubernetes.io/service-name=nginx-svc -o yaml > /dev/null
kubectl exec client -- curl -sf http://nginx-svc:8080 > /dev/null
curl -sf http://localhost:30050 > /dev/null
for node in $(kubectl get nodes -o jsonpath='{.items[*].status.addresses[?(@.type=="InternalIP")].address}'); do
  kubectl exec client -- curl -sf "http://$node:30050" > /dev/null
done
again svc-nginx.yaml
sleep 5
kubectl exec client -- curl -sf http://nginx-svc:8080 > /dev/null
kubectl port-forward svc/nginx-srv2 31050:8080 > /dev/null &
sleep 3
curl -sf http://localhost:31050 > /dev/null
kill $!
kubectl delete -f svc.yaml -f svc-nginx.yaml -f svc-debian.yaml -f nodeport.yaml --grace-period=1

echo "11.9.3"
kubectl apply -f dep.yaml
status
kubectl delete "$(kubectl get pods -l app=nginx -o name | head -1)"
status
sed 's/replicas: 2/replicas: 6/' dep.yaml | kubectl apply -f -
status
kubectl delete -f dep.yaml
kubectl wait --for=delete pod -l app=nginx --timeout=90s

echo "11.9.4"
kubectl apply -f dep-rolling.yaml
status
version nginx:1.26 "Update naar nginx:1.26"
status
kubectl rollout undo deployment/nginx-deployment --to-revision=1
status
version nginx:1.26 "Update naar nginx:1.26"
kubectl rollout pause deployment/nginx-deployment
sleep 10
kubectl rollout resume deployment/nginx-deployment
status
version nginx:1.24 "Rollback to nginx 1.24 due to bug"
status
version nginx:no-such-tag "A bad update"
sleep 20
kubectl rollout undo deployment/nginx-deployment
status
for number in 1 2 3 4 5 6; do
  kubectl set env deployment/nginx-deployment "UPDATE=$number"
  status
done
kubectl get replicasets
kubectl delete -f dep-rolling.yaml

echo "11.10"
kubectl apply -f temptest.yaml
ready -f temptest.yaml
again temptest.yaml
kubectl apply -f pod-with-volume.yaml
ready -f pod-with-volume.yaml
kubectl exec pod-with-volume -- killall sleep
sleep 5
ready -f pod-with-volume.yaml
kubectl exec pod-with-volume -- cat /data/file.txt
kubectl apply -f manual-pv.yaml -f manual-pvc.yaml
kubectl wait --for=jsonpath='{.status.phase}'=Bound pvc/manual-pvc --timeout=60s
kubectl apply -f pod-with-pvc.yaml
ready -f pod-with-pvc.yaml
again pod-with-pvc.yaml
kubectl delete -f pod-with-pvc.yaml -f manual-pvc.yaml --grace-period=1
kubectl wait --for=jsonpath='{.status.phase}'=Released pv/manual-pv --timeout=60s
kubectl apply -f dynamic-pvc.yaml
sleep 5
kubectl apply -f dynamic-pod.yaml
ready -f dynamic-pod.yaml
again dynamic-pod.yaml
kubectl delete -f dynamic-pod.yaml -f dynamic-pvc.yaml --grace-period=1
sleep 10
kubectl get pv
