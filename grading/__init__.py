"""The core of kubegrade: evidence from a real cluster, pure checks over it, a score and reports."""
