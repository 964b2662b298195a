"""python -m tests.migrate.mutants [WORD...]: all mutants, or those whose names hold a word."""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.migrate.mutants.catalogue import MUTANTS
from tests.migrate.mutants.measure import Bench, Caught, measure


def main() -> int:
    words = sys.argv[1:]
    chosen = [each for each in MUTANTS if not words or any(word in each.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="penna-mutants-") as folder:
        bench = Bench(Path(folder).resolve())
        bench.prepare()
        found = list(measure(bench, chosen, tell))
    by = Counter(each.by or "nothing" for each in found)
    caught = sum(bool(each.by) for each in found)
    print(
        f"{caught} of {len(found)} caught ({100 * caught / max(len(found), 1):.0f} %): {dict(by)}"
    )
    return 0 if caught >= 0.9 * len(found) else 1


def tell(caught: Caught) -> None:
    mark = caught.by or "MISSED"
    print(
        f"{mark:8} {caught.mutant.name}: {caught.detail[:150]} "
        f"[{caught.n_requests} requests, {caught.seconds:.1f} s]",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
