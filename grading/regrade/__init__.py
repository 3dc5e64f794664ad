"""``kubegrade regrade``: judge stored runs again, without a cluster and without the submissions."""

from grading.regrade.folder import Outcome, regrade_folder
from grading.regrade.run import Change, Regraded, regrade, stored_runs

__all__ = ["Change", "Outcome", "Regraded", "regrade", "regrade_folder", "stored_runs"]
