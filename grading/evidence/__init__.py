"""Evidence: what every scenario records, as plain data: manifests, steps, records and timelines."""
