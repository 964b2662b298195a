"""Whether a project's code may be run: as the user said before, says now, or answers when asked.

Asked is on a terminal alone, once for each workspace; the answer yes is kept in the user's data
folder (trust.py). A data folder that cannot be written keeps nothing, and the answer counts once.
"""

import sys
from contextlib import suppress
from pathlib import Path

from lsp_server.trust import TrustStore, user_trust

QUESTION = (
    "The checks run this project's code: {root}\n"
    "They run it in copies, without network. Do you trust it? [y/N] "
)


def is_trusted(root: Path, said_now: bool, store: TrustStore | None = None) -> bool:
    """Whether to run the code below `root`; `said_now` is the user's option `--trust`."""
    store = store or user_trust()
    if store.is_trusted(root):
        return True
    if not said_now and not _answers_yes(root):
        return False
    with suppress(OSError):
        store.trust(root)
    return True


def _answers_yes(root: Path) -> bool:
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        return False
    print(QUESTION.format(root=root), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
