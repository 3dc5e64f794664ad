"""Chapter 11 of the course: Kubernetes."""
