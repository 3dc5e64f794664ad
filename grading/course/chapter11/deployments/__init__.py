"""Section 11.9: Deployments, rolling updates and rollbacks."""
