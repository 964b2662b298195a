"""Real edits to measure drafts on: the same function or class before and after a change.

The choice is the same in every run on a machine that has the same versions of files. A model that
edits writes the text after; the text before is what it was given, hence the prediction. On a
machine with one Python alone the edits are made up, and named so.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from lsp_server.bench import pair_sources
from lsp_server.bench.made_up_edits import edits
from lsp_server.bench.pair_sources import Versions
from lsp_server.bench.regions import regions

CHARACTERS = range(550, 2400)
"""About 150 to 600 tokens."""

PER_BUCKET = 40
MOST_CHANGED = 0.8
BUCKETS = ("up to 5 %", "5 to 20 %", "above 20 %")
NOTHING_IN_COMMON = "nothing in common"
MADE_UP = "made up: "


@dataclass(frozen=True, slots=True)
class Pair:
    """`changed`: the share of lines that are not the same in both, 1.0 for unrelated texts."""

    name: str
    before: str
    after: str
    changed: float

    @property
    def file(self) -> str:
        return self.name.removeprefix(MADE_UP).split(" ")[0]

    @property
    def bucket(self) -> str:
        if self.changed == 1.0:
            return NOTHING_IN_COMMON
        return BUCKETS[0] if self.changed <= 0.05 else BUCKETS[1 if self.changed <= 0.2 else 2]


def pairs(n_each: int = PER_BUCKET) -> list[Pair]:
    """Up to `n_each` of each bucket, from as many files as there are, by share of change."""
    chosen = _spread(_candidates(), n_each)
    return sorted([*chosen, *_unrelated(chosen)], key=lambda pair: (pair.changed, pair.name))


def n_files(chosen: Iterable[Pair]) -> int:
    return len({pair.file for pair in chosen})


def sources() -> str:
    """What they were taken from, as the end of a sentence."""
    named = [path.name.removeprefix("python") for path in pair_sources.libraries()]
    if _real():
        history = " and this repository's history" if any(pair_sources.commits()) else ""
        return f"the standard libraries of Python {', '.join(named)}{history}"
    return f"changes made up for functions of Python {named[-1]}'s standard library"


def changed(before: str, after: str) -> float:
    """Lines that were replaced, inserted or deleted, as a share of the longer text."""
    old, new = before.splitlines(), after.splitlines()
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    n_changed = sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in codes if tag != "equal")
    return n_changed / max(len(old), len(new), 1)


def _candidates() -> Sequence[Pair]:
    return _real() or _made_up()


@cache
def _real() -> tuple[Pair, ...]:
    """One of each region, in an order that looks like chance and is always the same."""
    found: dict[str, Pair] = {}
    for versions in (*pair_sources.library_versions(), *pair_sources.commits()):
        for pair in _in_both(versions):
            found.setdefault(pair.name, pair)
    return _shuffled(found.values())


@cache
def _made_up() -> tuple[Pair, ...]:
    texts = {path.name: path for path in pair_sources.libraries()[-1].glob("*.py")}
    found = [
        Pair(f"{MADE_UP}{file} {name}", region, after, share)
        for file, path in texts.items()
        for name, region in regions(pair_sources.read(path)).items()
        if len(region) in CHARACTERS
        for after in edits(region)
        if 0 < (share := changed(region, after)) < MOST_CHANGED
    ]
    return _shuffled(found)


def _in_both(versions: Versions) -> Iterator[Pair]:
    """The regions that differ."""
    if versions.before == versions.after:
        return
    old = _regions(versions.before)
    for name, text in _regions(versions.after).items():
        if name in old and old[name] != text and {len(old[name]), len(text)} <= set(CHARACTERS):
            share = changed(old[name], text)
            if share < MOST_CHANGED:
                yield Pair(f"{versions.name} {name}", old[name], text, share)


@cache
def _regions(text: str) -> dict[str, str]:
    return regions(text)


def _spread(candidates: Sequence[Pair], n_each: int) -> list[Pair]:
    """Files that none was taken from come first, then those that fewest were taken from."""
    chosen: list[Pair] = []
    per_file: Counter[str] = Counter()
    for bucket in BUCKETS:
        left = [pair for pair in candidates if pair.bucket == bucket]
        for _ in range(min(n_each, len(left))):
            pair = min(left, key=lambda pair: per_file[pair.file])
            left.remove(pair)
            per_file[pair.file] += 1
            chosen.append(pair)
    return chosen


def _unrelated(chosen: Sequence[Pair]) -> Iterator[Pair]:
    """The text before from one file, the text after from another."""
    some = [pair for pair in chosen if pair.bucket == BUCKETS[-1]]
    for one, other in zip(some, [*some[1:], *some[:1]], strict=True):
        if one.file != other.file:
            yield Pair(f"{one.name} -> {other.name}", one.before, other.after, 1.0)


def _shuffled(found: Iterable[Pair]) -> tuple[Pair, ...]:
    by_name = sorted(found, key=lambda pair: hashlib.sha256(pair.name.encode()).hexdigest())
    return tuple(by_name)
