"""Pure grammar of Kubernetes: quantities, image references, field types, diagnosis and routing."""
