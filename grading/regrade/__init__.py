"""``kubegrade regrade``: judge stored runs again, without a cluster and without the submissions."""

from grading.regrade.run import Change, Regraded, regrade, stored_runs

__all__ = ["Change", "Regraded", "regrade", "stored_runs"]
