"""Whether a model fits, on machines that are made of files."""

from pathlib import Path

import psutil
import pytest

from lsp_server.errors import ModelUnusable
from lsp_server.host.memory import GIB, Needs, check_fit, total_memory
from tests.host.machine import Machine

NEEDS = Needs(weights=2 * GIB, kv_cache=GIB, n_ctx=8192)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_groups_the_whole_machine_counts(machine: Machine) -> None:
    assert total_memory(machine.root) == psutil.virtual_memory().total


@pytest.mark.parametrize("own, above", [("max", str(4 * GIB)), (str(4 * GIB), str(9 * GIB))])
def test_the_least_limit_of_a_group_and_those_above_it_counts(
    machine: Machine, own: str, above: str
) -> None:
    machine.write("proc/self/cgroup", "0::/user/app")
    machine.write("sys/fs/cgroup/user/app/memory.max", own)
    machine.write("sys/fs/cgroup/user/memory.max", above)
    assert total_memory(machine.root) == 4 * GIB


def test_the_older_interface_is_read_too(machine: Machine) -> None:
    machine.write("proc/self/cgroup", "5:memory:/box\n3:cpu:/box")
    machine.write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", str(3 * GIB))
    assert total_memory(machine.root) == 3 * GIB


def test_what_does_not_fit_is_refused_with_the_whole_sum(machine: Machine) -> None:
    machine.write("proc/self/cgroup", "0::/box")
    machine.write("sys/fs/cgroup/box/memory.max", str(3 * GIB))
    with pytest.raises(ModelUnusable) as refused:
        check_fit(NEEDS, machine.root)
    for part in ("2.0 GiB for its weights", "1.0 GiB for a window of 8,192", "together 3.4 GiB"):
        assert part in str(refused.value)
    assert "this machine has 3.0 GiB" in str(refused.value)


def test_what_fits_is_not_refused(machine: Machine) -> None:
    machine.write("proc/self/cgroup", "0::/box")
    machine.write("sys/fs/cgroup/box/memory.max", str(NEEDS.total))
    check_fit(NEEDS, machine.root)
