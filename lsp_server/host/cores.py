"""How many threads llama.cpp gets: one for each physical core this process may use.

Two threads on one core share its arithmetic units and only get in each other's way.
"""

import os

import psutil


def n_physical_cores() -> int:
    """At least 1. Cores that the process is not allowed to run on do not count."""
    physical = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else physical
    return max(1, min(physical, allowed))
