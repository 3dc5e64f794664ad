"""Talk to a cluster: its API server, kubectl, Docker and the host's ports."""
