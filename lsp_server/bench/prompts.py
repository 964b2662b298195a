"""Prompts of real text, each of an exact number of tokens, each with a start of its own.

The text is this Python's standard library. A prompt begins with a number that no other prompt of
the run begins with, so that no server finds its start in a cache. All are cut before any server
is asked: the model's tokenizer is in the child process, which then need not stay.
"""

import sysconfig
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from lsp_server.bench.client import Messages
from lsp_server.bench.engine_process import EngineProcess

EXPLAIN = "\n\nExplain this code in detail, line by line, and do not leave anything out."
DOCUMENT = "\n\nWrite documentation for each function and class of this code, at length."
CHARACTERS_PER_TOKEN = 8
"""More than code has; where a tokenizer has more, the prompt is a little short."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many tokens. `has_system`: with Penna's own system prompt, numbered; `is_kept` leaves the
    number out, so that all such prompts begin alike."""

    n_tokens: int
    has_system: bool = False
    is_kept: bool = False


class Prompts:
    """`prepare`, then `take` what was prepared, each once."""

    def __init__(self) -> None:
        self._text = _text()
        self._n = 0
        self._ready: dict[Wanted, deque[Messages]] = defaultdict(deque)

    async def prepare(self, child: EngineProcess, wanted: Sequence[Wanted]) -> None:
        for each in wanted:
            self._ready[each].append(await self._cut(child, each))

    def take(self, wanted: Wanted) -> Messages:
        return self._ready[wanted].popleft()

    async def _cut(self, child: EngineProcess, wanted: Wanted) -> Messages:
        self._n += 1
        number = f"{self._n * 7919 % 10007:04d}"
        system = _system(wanted, number)
        body = "" if system else f"{number} "
        while len(body) < wanted.n_tokens * CHARACTERS_PER_TOKEN:
            body += next(self._text)
        tail = EXPLAIN if system else ""
        answer = await child.ask(
            "cut", system=system, body=body, tail=tail, n_tokens=wanted.n_tokens
        )
        return Messages(system, str(answer["user"]))


def asked_otherwise(messages: Messages) -> Messages:
    """The same selection, another action: all but the instruction is the same."""
    return Messages(messages.system, messages.user.removesuffix(EXPLAIN) + DOCUMENT)


def selection_alone(messages: Messages) -> Messages:
    """What is the same whatever is asked of a selection."""
    return Messages(messages.system, messages.user.removesuffix(EXPLAIN))


def _system(wanted: Wanted, number: str) -> str:
    if not wanted.has_system:
        return ""
    text = files("lsp_server").joinpath("prompts", "system.md").read_text("utf-8").strip()
    return text if wanted.is_kept else f"Session {number}.\n\n{text}"


def _text() -> Iterator[str]:
    """The standard library in pieces of about a page, forever."""
    paths = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    while True:
        for path in paths:
            text = path.read_text("utf-8", "replace")
            for at in range(0, len(text) - 1500, 3000):
                yield text[at : at + 3000]
