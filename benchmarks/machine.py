"""What a machine spends, as a whole: Docker, the nodes and the kernel are in it, so nothing else may run."""

from __future__ import annotations

import psutil


def busy() -> float:
    """Return the CPU seconds that this machine has spent since it started."""
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)
