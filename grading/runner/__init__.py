"""Play scenarios on a cluster and record evidence."""
