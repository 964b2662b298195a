"""The jobs of one session: by id, each with its progress, none on another's text.

Every job's end is told three times over, so that each client hears it in the way it knows: the
progress ends, `penna/jobEnded` says how, and what the user must know is a message.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from lsprotocol import types

from lsp_server.errors import OfferError
from lsp_server.lsp import convert
from lsp_server.lsp.client import Client
from lsp_server.lsp.documents import Documents
from lsp_server.lsp.progress import Progress
from lsp_server.outcome import Cancelled, Failed, Finished, Interrupted, Outcome, Stage
from lsp_server.text import Span

OVERLAP = "Penna is already writing there; wait for it, or cancel it first."


class Running(Protocol):
    """What a session's jobs have in common, whether of one document or of a project."""

    on_stage: Callable[[Stage], None]

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where in the document it writes, as its text is now."""
        ...

    async def run(self) -> Outcome: ...

    def cancel(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Running:
    uri: str
    job: Running
    task: asyncio.Task[None]


class Jobs:
    """Starts, cancels and ends jobs."""

    def __init__(self, client: Client, documents: Documents) -> None:
        self._client, self._documents = client, documents
        self._numbers = count(1)
        self._running: dict[str, _Running] = {}
        self._marked: set[str] = set()

    @property
    def are_running(self) -> bool:
        return bool(self._running)

    def refuse_overlap(self, uri: str, spans: tuple[Span, ...]) -> None:
        """Raises `OfferError` where another job writes to the same text."""
        for running in self._running.values():
            if running.uri == uri and _overlap(running.job.spans, spans):
                raise OfferError(OVERLAP)

    def start(self, uri: str, title: str, job: Running) -> str:
        """Returns the job's id at once; its progress token is `penna/<id>`."""
        name = str(next(self._numbers))
        self._mark(uri, "", ())
        task = asyncio.ensure_future(self._run(name, uri, title, job))
        self._running[name] = _Running(uri, job, task)
        return name

    def cancel(self, name: str) -> bool:
        """Whether there was such a job."""
        running = self._running.get(name)
        if running is not None:
            running.job.cancel()
        return running is not None

    def cancel_all(self) -> bool:
        """Whether there was any job."""
        for running in self._running.values():
            running.job.cancel()
        return bool(self._running)

    def cancel_token(self, token: int | str) -> None:
        self.cancel(str(token).removeprefix("penna/"))

    async def stop(self) -> None:
        """The server ends: jobs stop where they are, for no edit will be taken any more."""
        tasks = [running.task for running in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, name: str, uri: str, title: str, job: Running) -> None:
        progress = Progress(self._client, f"penna/{name}", title)
        job.on_stage = progress.tell
        outcome: Outcome = Failed("Penna stopped.")
        try:
            outcome = await job.run()
        finally:
            del self._running[name]
            await progress.end(_said(outcome))
            self._tell(name, uri, outcome)

    def _tell(self, name: str, uri: str, outcome: Outcome) -> None:
        ended = {
            "job": name,
            "outcome": type(outcome).__name__.lower(),
            "reason": "" if isinstance(outcome, Finished) else outcome.reason,
            "summary": outcome.summary if isinstance(outcome, Finished) else "",
        }
        self._client.notify("penna/jobEnded", ended)
        match outcome:
            case Failed(reason, kept):
                self._client.warn(reason)
                self._mark(uri, reason, kept)
            case Interrupted(reason):
                self._client.say(reason)
            case Finished(summary, by_model=False):
                self._client.say(summary)
            case Finished() | Cancelled():
                pass

    def _mark(self, uri: str, reason: str, spans: tuple[Span, ...]) -> None:
        """Diagnostics on text that was kept though a check failed; the next job clears them."""
        snapshot = self._documents.get(uri)
        if snapshot is None or not (spans or uri in self._marked):
            return
        encoding = self._documents.encoding
        ranges = [convert.range_of(snapshot, span, encoding) for span in spans]
        self._client.mark(uri, snapshot.version, [_warning(each, reason) for each in ranges])
        (self._marked.add if spans else self._marked.discard)(uri)


def _warning(place: types.Range, reason: str) -> types.Diagnostic:
    severity = types.DiagnosticSeverity.Warning
    return types.Diagnostic(place, reason, severity=severity, source="penna")


def _said(outcome: Outcome) -> str:
    return outcome.summary if isinstance(outcome, Finished) else outcome.reason


def _overlap(ours: tuple[Span, ...], theirs: tuple[Span, ...]) -> bool:
    return any(one.overlaps(other) for one in ours for other in theirs)
