"""How many threads llama.cpp gets: one for each physical core of the fast kind.

Two threads on one core share its arithmetic units and only get in each other's way. llama.cpp
splits each piece of work evenly, so a slow core makes the fast ones wait. Cores that the process
may not run on do not count, nor those beyond its group's share of time. What is fastest is
measured (calibration.py): this says where to start and what to try.
"""

import ctypes
import math
import os
import sys
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

import psutil

from lsp_server.host.cgroup import ROOT, limits

FAST = 0.8
"""Share of the best core's speed. Turbo gives one core or two some percent more than others of
their kind; the slow kind has three quarters at most."""


@dataclass(frozen=True, slots=True)
class Cores:
    """Physical cores that this process may use, and the fast ones among them; at least 1."""

    n_all: int
    n_fast: int

    @property
    def candidates(self) -> tuple[int, ...]:
        """Numbers of threads that may be the fastest, the likeliest first."""
        return tuple(dict.fromkeys((self.n_fast, self.n_all, max(1, self.n_fast // 2))))


def n_cores() -> int:
    """Threads to start with, before anything is measured."""
    return cores().n_fast


def cores(root: Path = ROOT, allowed: Set[int] | None = None) -> Cores:
    """`allowed` are the processors this process may run on; None asks the system. The files of
    Linux are looked for below `root`."""
    allowed = _allowed() if allowed is None else allowed
    processors = root / "sys/devices/system/cpu"
    physical = _physical(processors, allowed)
    if not physical:
        return _without_files(len(allowed))
    fast = _fast(root, processors, set(physical))
    most = min((_quota(text) for text in _quotas(root)), default=math.inf)
    return Cores(
        _within(len(set(physical.values())), most), _within(len(_of(physical, fast)), most)
    )


def _within(n: int, quota: float) -> int:
    return max(1, min(n, int(min(quota, n))))


def _of(physical: Mapping[int, str], processors: Iterable[int]) -> set[str]:
    return {physical[processor] for processor in processors}


def _allowed() -> Set[int]:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _physical(folder: Path, allowed: Set[int]) -> dict[int, str]:
    """The core of each processor, named by the processors that share it."""
    found = {n: _text(folder / f"cpu{n}/topology/thread_siblings_list") for n in allowed}
    return {n: siblings for n, siblings in found.items() if siblings}


def _fast(root: Path, folder: Path, processors: Set[int]) -> Set[int]:
    """Those of the fast kind, by what the kernel says of them, if anything."""
    named = _processor_list(_text(root / "sys/devices/cpu_core/cpus")) & processors
    if named:
        return named
    for file in ("cpu_capacity", "cpufreq/cpuinfo_max_freq"):
        speeds = {n: _number(_text(folder / f"cpu{n}/{file}")) for n in processors}
        best = max(speeds.values())
        if min(speeds.values()) > 0:
            return {n for n, speed in speeds.items() if speed >= FAST * best}
    return processors


def _quotas(root: Path) -> Iterable[str]:
    """Each as "quota period"; the first may be "max", or -1 in version 1."""
    yield from limits("cpu.max", "cpu", root)
    quotas = limits("cpu.cfs_quota_us", "cpu", root)
    periods = limits("cpu.cfs_period_us", "cpu", root)
    yield from (f"{quota} {period}" for quota, period in zip(quotas, periods, strict=False))


def _quota(text: str) -> float:
    """Processors' worth of time."""
    quota, _, period = text.partition(" ")
    if _number(quota) <= 0 or _number(period) <= 0:
        return math.inf
    return _number(quota) / _number(period)


def _processor_list(text: str) -> set[int]:
    """The kernel's notation: "0-3,8"."""
    found: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found |= set(range(_number(first), _number(last or first) + 1))
    return found


def _without_files(n_allowed: int) -> Cores:
    """Where there is no such folder: macOS, Windows, a container that hides it."""
    physical = min(psutil.cpu_count(logical=False) or os.cpu_count() or 1, n_allowed)
    fast = _sysctl(b"hw.perflevel0.physicalcpu") if sys.platform == "darwin" else 0
    return Cores(max(1, physical), max(1, min(fast or physical, physical)))


def _sysctl(name: bytes) -> int:
    """A number that macOS knows by `name`; 0 if it does not."""
    value, size = ctypes.c_int(0), ctypes.c_size_t(ctypes.sizeof(ctypes.c_int))
    code = ctypes.CDLL(None).sysctlbyname(
        name, ctypes.byref(value), ctypes.byref(size), None, ctypes.c_size_t(0)
    )
    return value.value if code == 0 else 0


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 0


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
