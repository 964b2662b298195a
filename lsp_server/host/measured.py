"""What calibration has found, and the file that it is kept in for the next start.

Whatever is in that file is looked through before it is believed: one that is damaged, or of another
model or machine, is as good as none, and is written anew.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lsp_server.host import private_files

log = logging.getLogger(__name__)

VERSION = 3
MOST_BYTES = 100_000
MOST_THREADS = 1024
MOST_ROUNDS = 1_000
N_FILES = 32
SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Threads:
    """How many compute single tokens, and how many batches."""

    n_decode: int
    n_prefill: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The curve of batches all of whose rows are sampled, what a sampled row adds, what looking
    back adds (attention.py), and in how many rounds that was measured."""

    threads: Threads
    seconds_by_rows: Mapping[int, float]
    seconds_per_sample: float
    attention_by_rows: Mapping[int, float] = field(default_factory=dict)
    n_rounds: int = 1


class MeasuredFile:
    """One file in `folder` for one `identity` of 32 bytes: the model, the machine, the library."""

    def __init__(self, folder: Path, identity: bytes) -> None:
        self._path = folder / f"{identity.hex()[:32]}{SUFFIX}"
        self._identity = identity.hex()
        self._has_complained = False

    def load(self) -> Measured | None:
        """None if nothing usable is there."""
        try:
            return _parsed(private_files.read(self._path, MOST_BYTES), self._identity)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.info("%s is measured anew (%s)", self._path, error)
            return None

    def save(self, measured: Measured) -> None:
        text = json.dumps(
            {
                "version": VERSION,
                "identity": self._identity,
                "threads": [measured.threads.n_decode, measured.threads.n_prefill],
                "seconds_by_rows": _told(measured.seconds_by_rows),
                "seconds_per_sample": measured.seconds_per_sample,
                "attention_by_rows": _told(measured.attention_by_rows),
                "n_rounds": measured.n_rounds,
            }
        )
        try:
            private_files.write(self._path, [text.encode()])
            private_files.keep_newest(self._path.parent, SUFFIX, N_FILES)
        except OSError as error:
            if not self._has_complained:
                log.warning("What was measured is lost at the end: %s (%s).", self._path, error)
            self._has_complained = True


def _parsed(content: bytes, identity: str) -> Measured:
    """Raises ValueError for what is not as `save` writes it."""
    try:
        fields = json.loads(content)
        whose = (fields["version"], fields["identity"])
        n_decode, n_prefill = map(int, fields["threads"])
        curve = _read(fields["seconds_by_rows"])
        attention = _read(fields["attention_by_rows"])
        per_sample = float(fields["seconds_per_sample"])
        n_rounds = int(fields["n_rounds"])
    except (LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise ValueError("it is damaged") from error
    if whose != (VERSION, identity):
        raise ValueError("it is for another model or machine")
    is_curve = len(curve) > 1 and min(curve) == 1 and all(0 < at < 1e4 for at in curve.values())
    is_attention = all(n > 0 and -1e4 < at < 1e4 for n, at in attention.items())
    is_threads = 1 <= min(n_decode, n_prefill) <= max(n_decode, n_prefill) <= MOST_THREADS
    is_rounds = 1 <= n_rounds <= MOST_ROUNDS
    if not (is_curve and is_attention and is_threads and is_rounds and 0 <= per_sample < 1):
        raise ValueError("its numbers make no sense")
    return Measured(Threads(n_decode, n_prefill), curve, per_sample, attention, n_rounds)


def _told(by_rows: Mapping[int, float]) -> dict[str, float]:
    return {str(n): seconds for n, seconds in by_rows.items()}


def _read(by_rows: Mapping[str, object]) -> dict[int, float]:
    return {int(n): float(str(seconds)) for n, seconds in by_rows.items()}
