"""Every case of every action: its reply at every way of cutting it, its draft, its prompt."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from lsp_server.actions.menu import ACTIONS
from lsp_server.actions.offer import Action, Disabled, InDocument, InFile, Offer, Scratch, Step
from lsp_server.errors import ReplyError
from lsp_server.prompt import Room
from lsp_server.reply import Newlines, Pipeline
from lsp_server.text import Edit, Snapshot, Span
from tests import cases
from tests.cases import Case

ROOT = Path(__file__).parent / "actions"
# What changes a whole project by rules has cases of its own, in tests/migrate.
FILES = {
    name: action
    for action in ACTIONS
    if (name := action.offer.__module__.rpartition(".")[2]) != "migrate_to_fastapi"
}
CASES = [
    (action, case) for name, action in FILES.items() for case in cases.load(ROOT / f"{name}.md")
]
ROOM = Room(8_192)


def where(kind: str) -> pytest.MarkDecorator:
    """The cases that have a block of that kind."""
    params = [
        pytest.param(action, case, id=f"{action.id}: {case.name}")
        for action, case in CASES
        if case.block(kind) is not None
    ]
    return pytest.mark.parametrize("action, case", params)


def test_every_action_has_its_cases() -> None:
    assert {path.stem for path in ROOT.glob("*.md")} == set(FILES)


def test_no_two_cases_of_an_action_share_a_name() -> None:
    names = [(action.id, case.name) for action, case in CASES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_a_row_has_titles_in_both_languages_and_a_leaf_of_a_standard_kind(action: Action) -> None:
    assert set(action.titles) == {"en", "zh"}
    assert all(action.titles.values())
    assert action.kind.partition(".")[0] in ("quickfix", "refactor", "source")
    assert "." in action.kind


def test_rows_have_ids_of_their_own() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


@where("before")
def test_what_is_not_offered_is_none_or_says_why(
    action: Action, case: Case, tmp_path: Path
) -> None:
    offer = action.offer(cases.context(case, tmp_path))
    reason = case.text("disabled")
    if reason is not None:
        assert isinstance(offer, Disabled)
        assert offer.reason["en"] == reason.rstrip("\n")
        assert offer.reason["zh"]
    else:
        assert (offer is not None) == case.offered
        assert not isinstance(offer, Disabled)


@where("after")
def test_the_reply_lands_however_it_is_cut(action: Action, case: Case, tmp_path: Path) -> None:
    snapshot, offer = offered(action, case, tmp_path)
    steps = offer.steps()
    assert len(case.replies) == len(asking(steps)), "one reply a step"
    for size in sizes(case.replies):
        written = [write(step, cut(text, size)) for step, text in pairs(steps, case)]
        written = followed(steps, written)
        after = carried_out(snapshot, steps, written)
        assert after == expected(case, "after", steps, tmp_path), f"chunk size {size}"
    assert failures(offer, snapshot, after, steps) == refusals(case)


@where("error")
def test_a_bad_reply_is_refused_however_it_is_cut(
    action: Action, case: Case, tmp_path: Path
) -> None:
    _, offer = offered(action, case, tmp_path)
    steps = offer.steps()
    message = (case.text("error") or "").strip()
    for size in sizes(case.replies):
        with pytest.raises(ReplyError) as raised:
            _ = [write(step, cut(text, size)) for step, text in pairs(steps, case)]
        assert str(raised.value) == message, f"chunk size {size}"


@where("draft")
def test_the_draft_lands(action: Action, case: Case, tmp_path: Path) -> None:
    snapshot, offer = offered(action, case, tmp_path)
    assert offer.has_draft
    steps = offer.steps()
    drafts = [step.draft() for step in steps if step.draft]
    assert len(drafts) == len(steps), "`has_draft` means that every step has one"
    after = carried_out(snapshot, steps, drafts)
    assert after == expected(case, "draft", steps, tmp_path)
    assert failures(offer, snapshot, after, steps) == []


@where("prompt")
def test_the_prompt_holds_what_the_page_shows(action: Action, case: Case, tmp_path: Path) -> None:
    _, offer = offered(action, case, tmp_path)
    prompts = [step.prompt(ROOM) for step in asking(offer.steps())]
    golden = (case.text("prompt") or "").strip("\n")
    assert any(golden in f"{prompt.system}\n{prompt.user}" for prompt in prompts), prompts[0].user


def offered(action: Action, case: Case, root: Path) -> tuple[Snapshot, Offer]:
    ctx = cases.context(case, root)
    offer = action.offer(ctx)
    assert isinstance(offer, Offer), f"not offered: {offer}"
    return ctx.snapshot, offer


def asking(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Those that ask a model."""
    return tuple(step for step in steps if step.follows is None)


def pairs(steps: tuple[Step, ...], case: Case) -> Iterator[tuple[Step, str]]:
    replies = (reply.removesuffix("\n") for reply in case.replies)
    return zip(asking(steps), replies, strict=True)


def followed(steps: tuple[Step, ...], written: list[str]) -> list[str]:
    """A text for every step: what was written by a model, and what follows from that."""
    given, texts = iter(written), list[str]()
    for step in steps:
        texts.append(step.follows(tuple(texts)) if step.follows else next(given))
    return texts


def sizes(replies: Iterable[str]) -> range:
    return range(1, max(map(len, replies)) + 1)


def cut(reply: str, size: int) -> list[str]:
    return [reply[start : start + size] for start in range(0, len(reply), size)]


def write(step: Step, chunks: Iterable[str]) -> str:
    """What a step writes for a reply: what its adapters let through, between head and tail."""
    pipeline = Pipeline([make() for make in step.adapters])
    text = ""
    for chunk in chunks:
        if pipeline.done:
            break
        text += pipeline.push(chunk)
    return step.head + text + pipeline.close() + step.tail


def carried_out(snapshot: Snapshot, steps: tuple[Step, ...], texts: list[str]) -> str:
    """The whole text of the place that the steps share, later places written first."""
    writing = list(zip(steps, texts, strict=True))
    assert len({type(step.place) for step in steps}) == 1, "steps share a kind of place"
    document = _original(snapshot, steps[0])
    newline = Snapshot("", 0, "", document).newline
    writing = [(step, Newlines(newline).push(text)) for step, text in writing]
    for step, text in sorted(writing, key=lambda each: _edit(*each).span.start, reverse=True):
        document = _edit(step, text).apply(document)
    return document


def expected(case: Case, kind: str, steps: tuple[Step, ...], root: Path) -> str | None:
    """The text on the page, once its path is seen to be that of the place."""
    block = case.block(kind)
    assert block
    place = steps[0].place
    if isinstance(place, InFile) and block.path:
        assert place.path == root / block.path
    return block.text


def failures(offer: Offer, snapshot: Snapshot, after: str, steps: tuple[Step, ...]) -> list[str]:
    """What the offer's checks say; those of a new file see it against what was there."""
    place = steps[0].place
    before = snapshot
    if isinstance(place, InFile):
        before = Snapshot(place.path.as_uri(), 1, place.language, place.text)
    said = [check(before, after) for check in offer.checks]
    return [sentence for sentence in said if sentence is not None]


def refusals(case: Case) -> list[str]:
    return (case.text("fails") or "").splitlines()


def _original(snapshot: Snapshot, step: Step) -> str:
    match step.place:
        case InDocument():
            return snapshot.text
        case InFile(text=text):
            return text
        case Scratch():
            return ""


def _edit(step: Step, text: str) -> Edit:
    match step.place:
        case InDocument(span):
            return Edit(span, text)
        case InFile(at=at):
            return Edit(Span(at, at), text)
        case Scratch():
            return Edit(Span(0, 0), text)
