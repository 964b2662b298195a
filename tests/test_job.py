"""A job ends in exactly one of four ways, and leaves the text as that way demands."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lsp_server.actions.offer import (
    InDocument,
    InFile,
    Offer,
    Report,
    Scratch,
    Step,
    unasked,
)
from lsp_server.errors import HostFailed, PageError
from lsp_server.file_desk import FileDesk
from lsp_server.file_page import FilePage
from lsp_server.job import Job
from lsp_server.model.protocol import Reading, Starting
from lsp_server.outcome import (
    Cancelled,
    Checking,
    Failed,
    Finished,
    Interrupted,
    Repairing,
    Stage,
    Writing,
)
from lsp_server.page import Page
from lsp_server.policy import Policy
from lsp_server.project.workspace import Project
from lsp_server.prompt import Prompt, Room
from lsp_server.reply import Unfenced, WholeLines
from lsp_server.text import Edit, Snapshot, Span
from tests.scripted_model import ScriptedModel

TEXT = "one\ntwo\nthree\n"
TWO = Span(4, 8)


def asked(_: Room) -> Prompt:
    return Prompt("system", "write")


@dataclass
class Scene:
    """A file page with one job on it."""

    offer: Offer
    model: ScriptedModel | None = None
    policy: Policy = field(default_factory=Policy)
    text: str = TEXT
    root: Path | None = None
    stages: list[Stage] = field(default_factory=list)

    def __post_init__(self) -> None:
        snapshot = Snapshot("file:///a.txt", 1, "plaintext", self.text)
        self.page = FilePage(snapshot)
        self.desk = FileDesk(Project(self.root), self.page)
        self.job = Job(self.offer, snapshot, self.desk, self.model, self.policy)
        self.job.on_stage = self.stages.append

    @property
    def now(self) -> str:
        return self.page.snapshot.text


def offer(
    *places: InDocument | InFile | Scratch,
    check: Callable[[Snapshot, str], str | None] | None = None,
    draft: str | None = None,
) -> Offer:
    adapters = (Unfenced, WholeLines)
    made = None if draft is None else lambda: draft
    steps = tuple(Step(place, asked, made, adapters) for place in places)
    checks = () if check is None else (check,)
    return Offer(lambda: steps, checks, draft is not None, "Written.")


async def test_a_reply_replaces_its_target() -> None:
    scene = Scene(offer(InDocument(TWO)), ScriptedModel(["```\nTWO\nand more\n```\n"]))
    assert await scene.job.run() == Finished("Written.", 0, by_model=True)
    assert scene.now == "one\nTWO\nand more\nthree\n"
    kinds = [type(stage) for stage in scene.stages]
    assert [Starting, Reading, Writing] == list(dict.fromkeys(kinds))


async def test_without_a_model_the_draft_is_written_and_said_to_be_one() -> None:
    scene = Scene(offer(InDocument(TWO), draft="2\n"))
    outcome = await scene.job.run()
    assert isinstance(outcome, Finished)
    assert not outcome.by_model
    assert "without a model" in outcome.summary
    assert scene.now == "one\n2\nthree\n"


async def test_without_a_model_and_draft_one_sentence_names_the_way_to_a_model() -> None:
    scene = Scene(offer(InDocument(TWO)))
    outcome = await scene.job.run()
    assert isinstance(outcome, Failed)
    assert "penna model pull" in outcome.reason
    assert scene.now == TEXT


async def test_a_reply_ended_by_length_is_a_failure_and_leaves_the_text() -> None:
    scene = Scene(offer(InDocument(TWO)), ScriptedModel(["TWO\nTWO\n"], reason="length"))
    outcome = await scene.job.run()
    assert isinstance(outcome, Failed)
    assert "cut off" in outcome.reason
    assert scene.now == TEXT


async def test_an_empty_reply_is_a_failure() -> None:
    scene = Scene(offer(InDocument(TWO)), ScriptedModel([""]))
    assert isinstance(await scene.job.run(), Failed)
    assert scene.now == TEXT


async def test_a_host_that_dies_in_mid_reply_is_a_failure_and_leaves_the_text() -> None:
    model = ScriptedModel(["TWO\nTWO\n"], error=HostFailed("The model host ended; ask again."))
    scene = Scene(offer(InDocument(TWO)), model)
    assert await scene.job.run() == Failed("The model host ended; ask again.")
    assert scene.now == TEXT


@pytest.mark.parametrize(
    ("policy", "left"), [("restore", TEXT), ("keep", "one\nTWO\nTWO\ntwo\nthree\n")]
)
async def test_cancelling_stops_the_model_and_restores_or_keeps(policy: str, left: str) -> None:
    model = ScriptedModel(["TWO\nTWO\n"], endless=True)
    kept = Policy(on_cancel="keep" if policy == "keep" else "restore")
    scene = Scene(offer(InDocument(TWO)), model, kept)
    running = asyncio.ensure_future(scene.job.run())
    await model.written.wait()
    while "TWO\nTWO\n" not in scene.now:
        await asyncio.sleep(0)
    scene.job.cancel()
    assert isinstance(await running, Cancelled)
    assert model.closed == 1
    assert scene.now == left


async def test_whole_delivery_writes_nothing_until_the_reply_is_over() -> None:
    model = ScriptedModel(["TWO\nTWO\n"], endless=True)
    scene = Scene(offer(InDocument(TWO)), model, Policy(delivery="whole"))
    running = asyncio.ensure_future(scene.job.run())
    await model.written.wait()
    assert scene.now == TEXT
    scene.job.cancel()
    await running
    assert scene.now == TEXT


async def test_typing_inside_the_target_ends_the_job_and_keeps_what_was_typed() -> None:
    model = ScriptedModel(["TWO\nTWO\n"], endless=True)
    scene = Scene(offer(InDocument(TWO)), model)
    running = asyncio.ensure_future(scene.job.run())
    await model.written.wait()
    while "TWO\nTWO\n" not in scene.now:
        await asyncio.sleep(0)
    typed(scene, Edit(Span(5, 6), "x"))
    assert isinstance(await running, Interrupted)
    assert scene.now == "one\nTxO\nTWO\ntwo\nthree\n"
    assert model.closed == 1


async def test_typing_around_the_target_moves_it() -> None:
    model = ScriptedModel(["TWO\nTWO\n"])
    scene = Scene(offer(InDocument(TWO)), model)
    typed(scene, Edit(Span(0, 0), "zero\n"))
    assert isinstance(await scene.job.run(), Finished)
    assert scene.now == "zero\none\nTWO\nTWO\nthree\n"


@pytest.mark.parametrize(
    ("step", "midway"),
    [
        (("<", ">\n"), "one\n<a\nb\n>\ntwo\nthree\n"),
        (("", ""), "one\na\nb\ntwo\nthree\n"),
    ],
)
async def test_in_mid_stream_an_insertion_is_closed_and_ends_its_line(
    step: tuple[str, str], midway: str
) -> None:
    def steps() -> tuple[Step, ...]:
        return (Step(InDocument(Span(4, 4)), asked, head=step[0], tail=step[1]),)

    model = ScriptedModel(["a\nb\n"], endless=True)
    scene = Scene(Offer(steps, summary="Written."), model)
    running = asyncio.ensure_future(scene.job.run())
    await model.written.wait()
    while "b" not in scene.now:
        await asyncio.sleep(0)
    assert scene.now == midway
    scene.job.cancel()
    assert isinstance(await running, Cancelled)
    assert scene.now == TEXT
    scene = Scene(Offer(steps, summary="Written."), ScriptedModel(model.replies))
    assert isinstance(await scene.job.run(), Finished)
    assert scene.now == midway


async def test_an_insertion_without_a_line_end_gets_none() -> None:
    scene = Scene(offer(InDocument(Span(14, 14))), ScriptedModel(["four"]))
    assert isinstance(await scene.job.run(), Finished)
    assert scene.now == "one\ntwo\nthree\nfour"


async def test_several_places_are_written_in_turn_and_taken_back_together() -> None:
    steps = (InDocument(Span(0, 0)), InDocument(Span(4, 4)), InDocument(Span(8, 8)))
    scene = Scene(offer(*steps), ScriptedModel(["a\n", "b\n", "c\n"]))
    assert isinstance(await scene.job.run(), Finished)
    assert scene.now == "a\none\nb\ntwo\nc\nthree\n"
    failing = Scene(offer(*steps, check=lambda *_: "Wrong."), ScriptedModel(["a\n", "b\n", "c\n"]))
    assert await failing.job.run() == Failed("Wrong.")
    assert failing.now == TEXT


async def test_a_failed_check_is_repaired_once_with_its_sentence() -> None:
    def check(_: Snapshot, after: str) -> str | None:
        return "It must be loud." if "quiet" in after else None

    model = ScriptedModel(["quiet\n", "LOUD\n"])
    scene = Scene(offer(InDocument(TWO), check=check), model)
    assert await scene.job.run() == Finished("Written.", 1, by_model=True)
    assert scene.now == "one\nLOUD\nthree\n"
    assert "It must be loud." in model.prompts[1][0].user
    assert Repairing("It must be loud.") in scene.stages
    assert Checking() in scene.stages


async def test_checks_see_the_text_that_was_asked_about_not_what_the_user_types() -> None:
    seen = []

    def check(before: Snapshot, after: str) -> str | None:
        seen.append((before.text, after))
        return None

    scene = Scene(offer(InDocument(TWO), check=check), ScriptedModel(["TWO\n"]))
    typed(scene, Edit(Span(0, 0), "def broken(:\n"))
    await scene.job.run()
    assert seen == [(TEXT, "one\nTWO\nthree\n")]


async def test_a_crlf_document_gets_crlf_from_replies_and_drafts() -> None:
    text = TEXT.replace("\n", "\r\n")
    place = InDocument(Span(5, 10))
    replied = Scene(offer(place), ScriptedModel(["TWO\nTWO\n"]), text=text)
    await replied.job.run()
    assert replied.now == "one\r\nTWO\r\nTWO\r\nthree\r\n"
    drafted = Scene(offer(place, draft="2\n2\n"), text=text)
    await drafted.job.run()
    assert drafted.now == "one\r\n2\r\n2\r\nthree\r\n"


async def test_a_new_file_is_written_beside_the_document(tmp_path: Path) -> None:
    place = InFile(tmp_path / "tests" / "test_a.py", "python")
    scene = Scene(offer(place, draft="def test():\n    pass\n"), root=tmp_path)
    assert isinstance(await scene.job.run(), Finished)
    assert scene.desk.save() == [place.path]
    assert place.path.read_text() == "def test():\n    pass\n"


async def test_a_file_outside_the_workspace_is_never_written(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "tests").symlink_to(outside)
    place = InFile(inside / "tests" / "test_a.py", "python")
    scene = Scene(offer(place, draft="x\n"), root=inside)
    outcome = await scene.job.run()
    assert isinstance(outcome, Failed)
    assert "outside" in outcome.reason
    assert not list(outside.iterdir())


async def test_a_cancelled_explanation_keeps_what_was_told() -> None:
    model = ScriptedModel(["It adds.\n"], endless=True)
    scene = Scene(offer(Scratch("Explain")), model)
    running = asyncio.ensure_future(scene.job.run())
    await model.written.wait()
    while not (scene.desk.pages and scene.desk.pages[0].snapshot.text):
        await asyncio.sleep(0)
    scene.job.cancel()
    assert isinstance(await running, Cancelled)
    assert scene.desk.pages[0].snapshot.text == "It adds.\n"


async def test_a_failed_check_may_be_kept_and_says_where() -> None:
    policy = Policy(on_check_failure="keep")
    place = offer(InDocument(TWO), check=lambda *_: "Wrong.")
    scene = Scene(place, ScriptedModel(["TWO\nTWO\n"]), policy)
    assert await scene.job.run() == Failed("Wrong.", (Span(4, 12),))
    assert scene.now == "one\nTWO\nTWO\nthree\n"


def typed(scene: Scene, edit: Edit) -> None:
    """The user's own edit, as any page would tell it."""
    scene.page.typed(edit)


def followed(check: Callable[[Snapshot, str], str | None] | None = None) -> Offer:
    """A reply in the second line, and in front of the first what follows from it."""
    steps = (
        Step(InDocument(TWO), asked, adapters=(Unfenced, WholeLines)),
        Step(InDocument(Span(0, 0)), unasked, follows=lambda texts: f"# {texts[0]}"),
    )
    checks = () if check is None else (check,)
    told = Report("Told", lambda before, after, _: f"{before.text!r}\n{after!r}\n")
    return Offer(lambda: steps, checks, summary="Written.", report=told)


async def test_a_step_that_follows_is_made_from_the_reply_without_asking() -> None:
    model = ScriptedModel(["2\n"])
    scene = Scene(followed(), model)
    assert await scene.job.run() == Finished("Written.", 0, by_model=True)
    assert scene.now == "# 2\none\n2\nthree\n"
    assert len(model.prompts) == 1


async def test_what_follows_is_made_anew_from_a_mended_reply() -> None:
    model = ScriptedModel(["2\n", "zwei\n"])
    scene = Scene(followed(lambda _, after: "Say zwei." if "2" in after else None), model)
    assert isinstance(await scene.job.run(), Finished)
    assert scene.now == "# zwei\none\nzwei\nthree\n"


async def test_the_report_is_shown_beside_once_the_result_holds() -> None:
    scene = Scene(followed(), ScriptedModel(["2\n"]))
    await scene.job.run()
    assert scene.desk.pages[-1].snapshot.text == f"{TEXT!r}\n{scene.now!r}\n"
    assert scene.desk.pages[-1].path is None


async def test_of_a_result_that_does_not_hold_nothing_is_reported() -> None:
    scene = Scene(followed(lambda *_: "Wrong."), ScriptedModel(["2\n", "2\n"]))
    assert isinstance(await scene.job.run(), Failed)
    assert scene.now == TEXT
    assert [page.snapshot.text for page in scene.desk.pages] == [TEXT]


async def test_a_report_that_cannot_be_shown_takes_nothing_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refuse(*_: object) -> Page:
        raise PageError("No room.")

    monkeypatch.setattr(FileDesk, "open", refuse)
    scene = Scene(followed(), ScriptedModel(["2\n"]))
    assert isinstance(await scene.job.run(), Finished)
    assert scene.now == "# 2\none\n2\nthree\n"
