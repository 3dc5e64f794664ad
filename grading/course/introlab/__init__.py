"""The introductory lab: load balancing and failover."""
