"""The host's counts, in the format that Prometheus reads."""

from prometheus_client.parser import text_string_to_metric_families

from lsp_server.host.metrics import ENDINGS, SECONDS, Metrics
from lsp_server.host.work import Timings


def samples(metrics: Metrics) -> dict[str, float]:
    """Each sample's value by its name and labels."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        sample.name + "".join(sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_what_requests_cost_is_added_up() -> None:
    metrics = Metrics()
    metrics.ended(Timings(10, 20, 1, 30, 1, 40, 35), "stop")
    metrics.ended(Timings(1, 2, 1, 3, 1), "cancelled")
    now = samples(metrics)
    names = ("reused", "read", "written", "drafted", "accepted")
    assert [now[f"penna_tokens_{name}_total"] for name in names] == [11, 22, 33, 40, 35]
    assert [now[f"penna_requests_total{how}"] for how in ENDINGS] == [1, 0, 1, 0]


def test_times_fall_into_buckets_made_for_a_cpu() -> None:
    metrics = Metrics()
    for seconds in (0.01, 3, 119, 500):
        metrics.started(seconds)
        metrics.first_token(seconds)
    now = samples(metrics)
    for name in ("penna_queue_seconds", "penna_time_to_first_token_seconds"):
        assert now[f"{name}_count"] == now[f"{name}_bucket+Inf"] == 4
        assert now[f"{name}_bucket{SECONDS[0]}"] == 1
        assert now[f"{name}_bucket4.0"] == 2 and now[f"{name}_bucket120.0"] == 3


def test_the_load_is_that_of_this_moment() -> None:
    metrics = Metrics()
    metrics.load(100, 3, 2)
    metrics.load(50, 1, 0)
    now = samples(metrics)
    names = ("kv_cells_used", "requests_running", "requests_waiting")
    assert [now[f"penna_{name}"] for name in names] == [50, 1, 0]


def test_two_hosts_in_one_process_share_nothing() -> None:
    first, second = Metrics(), Metrics()
    first.ended(Timings(1, 1, 1, 1, 1), "failed")
    assert samples(second)["penna_requests_totalfailed"] == 0
