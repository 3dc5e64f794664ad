"""Ranges of addresses, in and around a cluster of k3s."""

from __future__ import annotations

from typing import Final

PODS: Final = "10.42.0.0/16"
SERVICES: Final = "10.43.0.0/16"
"""Of Pods and of Services (k3s server --cluster-cidr, --service-cidr)."""
PRIVATE: Final = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
"""Of machines, their networks and the clusters on them (RFC 1918, RFC 3927, RFC 6598)."""
