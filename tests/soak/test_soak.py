"""A short soak with every kind of request in it; `python -m tests.soak` is the long one."""

from tests.soak.soak import Plan, run


def test_300_random_requests_get_the_right_bytes_and_leave_nothing_behind() -> None:
    outcome = run(Plan(n_requests=300, seed=1, every=100))
    assert outcome.problems == []
    assert {"streamed", "whole", "bad", "left at once", "left in decode"} <= outcome.kinds.keys()
