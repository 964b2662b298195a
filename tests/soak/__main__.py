"""python -m tests.soak [--requests N] [--clients N] [--seed N] [--every N]"""

import argparse
import sys

from tests.soak.soak import Outcome, Plan, run
from tests.soak.watch import MIB, Sample, growth

HEADER = "requests  seconds    per s   RSS MiB  files  threads  cells  running  waiting"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=1000, help="requests between two samples")
    args = parser.parse_args()
    print(HEADER, flush=True)
    outcome = run(Plan(args.requests, args.clients, args.seed, args.every), show)
    report(outcome)
    return 1 if outcome.problems else 0


def show(sample: Sample) -> None:
    rate = sample.n_requests / sample.seconds if sample.seconds else 0.0
    gauges = (f"{'-' if each is None else round(each):>8}" for each in _gauges(sample))
    print(
        f"{sample.n_requests:>8} {sample.seconds:>8.1f} {rate:>8.1f} {sample.rss / MIB:>9.2f}"
        f" {sample.n_files:>6} {sample.n_threads:>8}{''.join(gauges)}",
        flush=True,
    )


def _gauges(sample: Sample) -> tuple[float | None, ...]:
    return sample.cells, sample.running, sample.waiting


def report(outcome: Outcome) -> None:
    show(outcome.samples[-1])
    print("\nasked: ", ", ".join(f"{kind} {n}" for kind, n in outcome.kinds.most_common()))
    if outcome.left_out:
        print("left out, as the host does not know it:", ", ".join(sorted(outcome.left_out)))
    print(f"memory: {growth(outcome.samples) / MIB:+.3f} MiB per 10,000 requests")
    for problem in outcome.problems:
        print("WRONG:", problem)
    print("The soak has failed." if outcome.problems else "The soak has passed.")


if __name__ == "__main__":
    sys.exit(main())
