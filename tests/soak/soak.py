"""Many requests against a real host, and the verdict over what came back and what was left."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.hosting import RunningHost, chat, running_host, wait_until
from tests.soak.client import Client
from tests.soak.requests import OPTIONAL, Requests
from tests.soak.scripts import SCRIPTS
from tests.soak.watch import MIB, Sample, Watch, growth

N_CTX = 4096
GROWTH_LIMIT = 1 * MIB
N_FOR_GROWTH = 10_000
"""With fewer requests memory says nothing yet."""

ENDING = ("--n-ctx", str(N_CTX))


@dataclass(frozen=True, slots=True)
class Plan:
    """`every`: so many requests lie between two samples."""

    n_requests: int
    n_clients: int = 4
    seed: int = 0
    every: int = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """`problems` empty: it has passed."""

    samples: list[Sample]
    kinds: Counter[str]
    left_out: frozenset[str]
    problems: list[str]
    seconds: float


def run(plan: Plan, tell: Callable[[Sample], None] = lambda _sample: None) -> Outcome:
    with running_host(SCRIPTS, *ENDING) as host:
        return soak(host, plan, tell)


def soak(host: RunningHost, plan: Plan, tell: Callable[[Sample], None]) -> Outcome:
    features = frozenset(name for name, fields in OPTIONAL.items() if _is_known(host, fields))
    if host.get("/metrics").is_success:
        features |= {"metrics"}
    watch = Watch(host)
    try:
        watch.sample(0, 0.0)
        clients = _clients(host, plan, features)
        began = time.monotonic()
        asyncio.run(_ask(clients, plan, watch, tell))
        seconds = time.monotonic() - began
        wait_until(lambda: watch.sample(plan.n_requests, seconds).is_quiet)
        wait_until(lambda: _n_files(watch) <= watch.samples[0].n_files, seconds=30)
    except AssertionError:
        pass  # The verdict says what did not end.
    finally:
        watch.close()
    wrong = [each for client in clients for each in client.wrong]
    kinds = sum((client.kinds for client in clients), Counter[str]())
    problems = [*wrong[:20], *_problems(watch.samples, plan, len(wrong))]
    if host.process.poll() is not None:
        problems.append("the host has ended")
    return Outcome(
        watch.samples, kinds, frozenset({"metrics", *OPTIONAL}) - features, problems, seconds
    )


def _is_known(host: RunningHost, fields: object) -> bool:
    assert isinstance(fields, dict)
    return host.post(chat("#0#", fields)).status_code == 200


def _n_files(watch: Watch) -> int:
    last = watch.samples[-1]
    return watch.sample(last.n_requests, last.seconds).n_files


def _clients(host: RunningHost, plan: Plan, features: frozenset[str]) -> list[Client]:
    return [
        Client(host.socket, Requests(f"{plan.seed}/{number}", N_CTX, features))
        for number in range(plan.n_clients)
    ]


async def _ask(
    clients: list[Client], plan: Plan, watch: Watch, tell: Callable[[Sample], None]
) -> None:
    """All clients go on while a sample is taken beside them."""
    began = time.monotonic()
    share = plan.n_requests // len(clients)
    asking = [asyncio.create_task(client.ask(share)) for client in clients]
    n_due = plan.every
    while not all(task.done() for task in asking):
        await asyncio.wait(asking, timeout=0.05)
        n_done = sum(client.n_done for client in clients)
        if n_done >= n_due:
            n_due += plan.every
            tell(await asyncio.to_thread(watch.sample, n_done, time.monotonic() - began))
    await asyncio.gather(*asking)


def _problems(samples: list[Sample], plan: Plan, n_wrong: int) -> Iterator[str]:
    first, last = samples[0], samples[-1]
    if n_wrong:
        yield f"{n_wrong} replies were wrong"
    if not last.is_quiet:
        yield f"{last.running} requests run and {last.waiting} wait at the end"
    if last.cells is not None and last.cells > N_CTX:
        yield f"{last.cells} cells are used of {N_CTX}"
    if last.n_files > first.n_files:
        yield f"{last.n_files} files are open at the end, {first.n_files} were at the start"
    if plan.n_requests >= N_FOR_GROWTH and (grown := growth(samples)) > GROWTH_LIMIT:
        yield f"memory grows by {grown / MIB:.2f} MiB per 10,000 requests"
