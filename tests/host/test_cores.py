"""The number of threads, on machines that are made of files."""

from pathlib import Path

import pytest

from lsp_server.host.cores import Cores, cores, n_cores
from tests.host.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


FOUR = ("0", "1", "2", "3")
FREQUENCY, CAPACITY = "cpufreq/cpuinfo_max_freq", "cpu_capacity"


def test_two_threads_of_one_core_count_once(machine: Machine) -> None:
    machine.processors("0,2", "1,3", "0,2", "1,3")
    assert machine.cores() == Cores(2, 2)
    assert machine.cores(0, 2) == Cores(1, 1)


def test_only_processors_that_the_process_may_use_count(machine: Machine) -> None:
    machine.processors(*FOUR)
    assert machine.cores(1, 3) == Cores(2, 2)


def test_performance_cores_are_those_the_kernel_names(machine: Machine) -> None:
    machine.processors("0-1", "0-1", "2-3", "2-3", "4", "5", "6", "7")
    machine.write("sys/devices/cpu_core/cpus", "0-3")
    assert machine.cores() == Cores(6, 2)
    assert machine.cores().candidates == (2, 6, 1)
    assert machine.cores(4, 5, 6) == Cores(3, 3)


@pytest.mark.parametrize("file", [FREQUENCY, CAPACITY])
def test_performance_cores_are_the_fast_ones(machine: Machine, file: str) -> None:
    machine.processors(*FOUR, speeds={file: [1024, 1024, 400, 400]})
    assert machine.cores() == Cores(4, 2)


def test_a_little_more_turbo_makes_no_other_kind_of_core(machine: Machine) -> None:
    machine.processors(*FOUR, speeds={FREQUENCY: [5_700_000, 5_500_000, 5_300_000, 5_300_000]})
    assert machine.cores() == Cores(4, 4)


def test_capacity_goes_before_frequency(machine: Machine) -> None:
    speeds = {CAPACITY: [1024, 1024, 1024, 500], FREQUENCY: [3000, 3000, 1000, 1000]}
    machine.processors(*FOUR, speeds=speeds)
    assert machine.cores() == Cores(4, 3)


@pytest.mark.parametrize(
    "quota, n", [("200000 100000", 2), ("150000 100000", 1), ("50000 100000", 1), ("max 100000", 4)]
)
def test_a_group_gets_no_more_threads_than_its_share(machine: Machine, quota: str, n: int) -> None:
    machine.processors(*FOUR)
    machine.write("proc/self/cgroup", "0::/user.slice/penna")
    machine.write("sys/fs/cgroup/user.slice/penna/cpu.max", quota)
    assert machine.cores() == Cores(n, n)


def test_a_share_of_a_group_above_holds_too(machine: Machine) -> None:
    machine.processors(*FOUR)
    machine.write("proc/self/cgroup", "0::/user.slice/penna")
    machine.write("sys/fs/cgroup/user.slice/penna/cpu.max", "300000 100000")
    machine.write("sys/fs/cgroup/user.slice/cpu.max", "100000 50000")
    assert machine.cores() == Cores(2, 2)


def test_a_container_sees_its_group_as_the_root(machine: Machine) -> None:
    machine.processors(*FOUR)
    machine.write("proc/self/cgroup", "0::/../../docker/abc")
    machine.write("sys/fs/cgroup/cpu.max", "300000 100000")
    assert machine.cores() == Cores(3, 3)


@pytest.mark.parametrize("quota, n", [("200000", 2), ("-1", 4)])
def test_the_older_interface_of_groups_is_read_too(machine: Machine, quota: str, n: int) -> None:
    machine.processors(*FOUR)
    machine.write("proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/x")
    machine.write("sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", quota)
    machine.write("sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000")
    assert machine.cores() == Cores(n, n)


def test_without_these_files_there_is_still_a_number(tmp_path: Path) -> None:
    assert cores(tmp_path, {0}) == Cores(1, 1)


def test_this_machine_has_cores() -> None:
    assert 1 <= n_cores() == cores().candidates[0]


@pytest.mark.parametrize("found, tried", [(Cores(2, 2), (2, 1)), (Cores(1, 1), (1,))])
def test_half_of_the_cores_may_be_faster_than_all(found: Cores, tried: tuple[int, ...]) -> None:
    assert found.candidates == tried
