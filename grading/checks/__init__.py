"""Pure checks: each takes evidence and returns, or raises `CriterionFailure`. No cluster is needed."""
