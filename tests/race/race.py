"""One race: real documents, page, writers and jobs against a simulated editor and user."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Literal

from hypothesis import strategies as st

from lsp_server.actions.offer import InDocument, InFile, Offer, Scratch, Step
from lsp_server.job import Job
from lsp_server.lsp.delivery import DocumentPage
from lsp_server.lsp.documents import Documents
from lsp_server.model.protocol import Chunk, Ended, Event
from lsp_server.page import Page
from lsp_server.policy import Policy
from lsp_server.prompt import Prompt, Sampling
from lsp_server.text import Span
from tests.race.cells import Cell, Cells
from tests.race.editor import URI, Channel, Editor
from tests.race.oracle import Oracle, Target
from tests.race.profiles import Profile
from tests.race.user import Act, acts, play

ORIGINAL = "0123 _é😀"
REPLIES = ("abcdefgh", "stuvwxyz")
# Longer than any editor here takes to report.
QUIET = 2.0


@dataclass(frozen=True, slots=True)
class Writing:
    """One job: its target's text, the reply in pieces, and the pause before each in seconds."""

    original: str
    pieces: tuple[str, ...]
    pauses: tuple[float, ...]
    cancel_after: float | None = None

    @property
    def reply(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Race:
    """`between` has the text before the first target, between, and behind the last one."""

    between: tuple[str, ...]
    writings: tuple[Writing, ...]
    acts: tuple[Act, ...] = ()
    newline: str = "\n"
    delivery: Literal["stream", "whole"] = "stream"
    to_client: tuple[float, ...] = (0.001,)
    to_server: tuple[float, ...] = (0.001,)
    refuses: frozenset[int] = frozenset()
    silent: bool = False
    close_after: float | None = None


@dataclass(slots=True)
class Ending:
    """What there is to look at when all is quiet again."""

    editor: Editor
    oracle: Oracle
    documents: Documents
    asked_at_end: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scripted:
    """Implements `Model` by heart."""

    writing: Writing
    n_ctx: int = 8192

    async def reply(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[Event]:
        for n, (piece, pause) in enumerate(
            zip(self.writing.pieces, self.writing.pauses, strict=True)
        ):
            await asyncio.sleep(pause)
            yield Chunk(piece, n + 1)
        yield Ended("stop")


@dataclass(frozen=True, slots=True)
class OnePage:
    """Implements `job.Desk` for jobs that write to one document."""

    page: DocumentPage

    def document(self) -> Page:
        return self.page

    async def open(self, place: InFile | Scratch) -> Page:
        raise AssertionError("no other document is written to")

    async def shut(self, page: Page, *, discard: bool) -> None:
        raise AssertionError("no other document was opened")


def laid_out(race: Race) -> tuple[Cells, list[Target]]:
    """The document before the race, and where the targets are in it."""
    cells, targets = Cells(), list[Target]()
    for number, text in enumerate(race.between):
        cells.all += [Cell(c, "original") for c in text.replace("\n", race.newline)]
        if number < len(race.writings):
            writing = race.writings[number]
            original, reply = (
                text.replace("\n", race.newline) for text in (writing.original, writing.reply)
            )
            target = Target(number, original, reply, frozenset(REPLIES[number]))
            targets.append(target)
            cells.all += [Cell(c, "target", number) for c in original]
    for target in targets:
        _tell_sides(cells, race, target)
    return cells, targets


def _tell_sides(cells: Cells, race: Race, target: Target) -> None:
    before = target.number + 1
    at = sum(len(text.replace("\n", race.newline)) for text in race.between[:before])
    at += sum(len(w.original.replace("\n", race.newline)) for w in race.writings[: before - 1])
    target.left.update(cells.all[:at])
    target.right.update(cells.all[at + len(target.original) :])


async def run(race: Race, profile: Profile) -> Ending:
    """Start all jobs at once, let the user play, and wait until nothing moves any more."""
    cells, targets = laid_out(race)
    documents = Documents()
    documents.encoding = profile.encoding
    oracle = Oracle(
        cells,
        targets,
        strict=not profile.may_misplace,
        by_difference=profile.reports == "smallest",
        lies=profile.stale == "dropped",
    )
    channels = Channel(race.to_client), Channel(race.to_server)
    editor = Editor(profile, cells, documents, *channels, oracle, race.refuses, race.silent)
    editor.open()
    if race.close_after is not None:
        asyncio.get_running_loop().call_later(race.close_after, editor.close)
    ended = Ending(editor, oracle, documents)
    page = DocumentPage(editor, documents, URI)
    jobs = [_job(race, target, page, documents) for target in targets]
    async with asyncio.TaskGroup() as group:
        group.create_task(play([*race.acts], editor, targets, race.newline))
        for job, target in zip(jobs, targets, strict=True):
            group.create_task(_carry_out(job, race.writings[target.number], target, ended))
    await asyncio.sleep(QUIET)
    return ended


def _job(race: Race, target: Target, page: DocumentPage, documents: Documents) -> Job:
    snapshot = documents.get(URI)
    assert snapshot is not None
    start = len(target.left)
    place = InDocument(Span(start, start + len(target.original)))
    step = Step(place, prompt=lambda _: Prompt("", ""))
    model = Scripted(race.writings[target.number])
    policy = Policy(delivery=race.delivery)
    return Job(Offer(steps=lambda: (step,)), snapshot, OnePage(page), model, policy)


async def _carry_out(job: Job, writing: Writing, target: Target, ended: Ending) -> None:
    if writing.cancel_after is not None:
        asyncio.get_running_loop().call_later(writing.cancel_after, job.cancel)
    target.outcome = await job.run()
    target.ended = asyncio.get_running_loop().time()
    ended.asked_at_end.append(ended.editor.asked)


def check(ended: Ending) -> None:
    ended.oracle.check()
    snapshot = ended.documents.get(URI)
    assert snapshot is not None and snapshot.text == ended.editor.cells.text
    assert ended.editor.asked == ended.asked_at_end[-1], "an edit after the end of all jobs"


# Generated races

_pauses = st.sampled_from([0.0, 0.01, 0.04, 0.1, 0.2])
_latencies = st.lists(st.sampled_from([0.0005, 0.002, 0.03, 0.12, 0.3]), min_size=1, max_size=4)
_lines = st.lists(st.text(ORIGINAL, max_size=4), max_size=4)


@st.composite
def races(draw: st.DrawFn) -> Race:
    n_jobs = draw(st.sampled_from([1, 1, 1, 2]))
    writings = tuple(draw(_writings(number)) for number in range(n_jobs))
    between = [draw(_texts()) for _ in range(n_jobs + 1)]
    if n_jobs == 2:
        between[1] = f"{between[1]}0\n"
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    if newline == "\r\n":
        # Else the document would not say that it has such line ends.
        between[0] = f"0\n{between[0]}"
    return Race(
        tuple(between),
        writings,
        acts=tuple(draw(acts(n_jobs))),
        newline=newline,
        delivery=draw(st.sampled_from(["stream", "stream", "stream", "whole"])),
        to_client=tuple(draw(_latencies)),
        to_server=tuple(draw(_latencies)),
        refuses=draw(st.frozensets(st.integers(1, 12), max_size=3)),
    )


def _texts() -> st.SearchStrategy[str]:
    """Some lines; the last may lack its end, so that targets stand within lines too."""
    return st.tuples(_lines, st.sampled_from(["", "\n"])).map(
        lambda lines: "\n".join(lines[0]) + lines[1]
    )


@st.composite
def _writings(draw: st.DrawFn, number: int) -> Writing:
    original = draw(st.just("") | _texts())
    letters = REPLIES[number]
    new = st.text(letters, min_size=1, max_size=3)
    lines = [draw(new)]
    for line in original.split("\n") if original else ():
        kind = draw(st.sampled_from(["keep", "keep", "drop", "replace", "insert"]))
        lines += [line] if kind in ("keep", "insert") else []
        lines += [draw(new)] if kind in ("replace", "insert") else []
    lines += draw(st.lists(new, max_size=3))
    reply = "\n".join(lines[draw(st.integers(0, 1)) :] or lines) + draw(st.sampled_from(["", "\n"]))
    reply = reply if reply.strip() else letters
    pieces = _cut(reply, draw(st.lists(st.integers(1, len(reply)), max_size=6)))
    pauses = tuple(draw(_pauses) for _ in pieces)
    cancel = draw(st.none() | st.none() | st.floats(0, 1.5, width=16))
    return Writing(original, pieces, pauses, cancel)


def _cut(text: str, places: list[int]) -> tuple[str, ...]:
    ends = sorted({*places, len(text)})
    return tuple(text[a:b] for a, b in zip([0, *ends], ends, strict=False))
