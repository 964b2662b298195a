"""Carries out the scenes one after the other, and looks at what came of each.

The server checks its results itself; what is looked at here is what a user would look at: did it
end well, is every letter of mine there, is the rest as it was.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lsprotocol import types

from lsp_server.checks.parses import parses
from lsp_server.errors import OfferError
from lsp_server.lsp import wire
from lsp_server.lsp.demo.buffers import Buffer
from lsp_server.lsp.demo.editor import Editor, Ending, Watcher
from lsp_server.lsp.demo.scenes import Scene
from lsp_server.syntax import symbols
from lsp_server.text import Snapshot, Span

# Seconds: how long an edit takes, and how long a letter.
PACE = (0.02, 0.1)
NO_PACE = (0.0, 0.0)
REWRITING = frozenset({"editSelection", "fix"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `sentence` says what holds, or what does not."""

    holds: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one scene. `documents` are all that were written to."""

    scene: Scene
    ending: Ending
    documents: tuple[Buffer, ...]
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return all(each.holds for each in self.findings)


class Screen(Watcher, Protocol):
    """Where the demo is watched."""

    def say(self, text: str) -> None: ...

    def begin(self, scene: Scene, title: str) -> None: ...

    def end(self, report: Report) -> None: ...


@dataclass(frozen=True, slots=True)
class Stage:
    """Where scenes are played: the project, the server's environment and its settings."""

    folder: Path
    environment: Mapping[str, str]
    options: Mapping[str, object]
    pace: tuple[float, float] = PACE


async def play(stage: Stage, scenes: Sequence[Scene], screen: Screen) -> list[Report]:
    """All scenes with one server."""
    editor = Editor(screen, stage.pace[0])
    await editor.start(stage.folder, stage.environment, dict(stage.options))
    try:
        return [await _played(editor, stage, scene, screen) for scene in scenes]
    finally:
        await editor.stop()


async def _played(editor: Editor, stage: Stage, scene: Scene, screen: Screen) -> Report:
    buffer = editor.open(stage.folder / scene.file)
    place = buffer.range(selected(buffer.text, scene))
    row = await _row(editor, buffer, scene, place)
    screen.begin(scene, row.title if row else f"{scene.action}, “{scene.instruction}”")
    if row is None and not scene.instruction:
        ending = Ending("refused", f"{scene.action} was not offered there.", "")
    else:
        argument = _argument(row, buffer, scene, place)
        ending = await _carried_out(editor, buffer, argument, (scene, stage))
    report = _report(scene, ending, editor, buffer)
    screen.end(report)
    for opened in list(editor.buffers.values()):
        editor.close(opened)
    return report


async def _row(
    editor: Editor, buffer: Buffer, scene: Scene, place: types.Range
) -> types.CodeAction | None:
    """The scene's row of the menu there."""
    rows = await editor.menu(buffer, place, _diagnostics(scene, place))
    return next((each for each in rows if _is(each, scene.action)), None)


def _argument(
    row: types.CodeAction | None, buffer: Buffer, scene: Scene, place: types.Range
) -> dict[str, object]:
    """What the row's command says; or, as clients do that ask for an instruction, our own."""
    said = _command(row)
    if said is not None:
        return {**said, "options": {"instruction": scene.instruction}}
    return {
        "action": scene.action,
        "uri": buffer.uri,
        "version": buffer.snapshot.version,
        "range": wire.range_to(place),
        "options": {"instruction": scene.instruction},
    }


async def _carried_out(
    editor: Editor, buffer: Buffer, argument: Mapping[str, object], played: tuple[Scene, Stage]
) -> Ending:
    """The job and the user, side by side."""
    scene, stage = played
    try:
        job = await editor.run(argument)
    except OfferError as refusal:
        return Ending("refused", str(refusal), "")
    typing = asyncio.create_task(_type(editor, buffer, scene.typed, stage.pace[1]))
    ending = await editor.end_of(job)
    await typing
    return ending


async def _type(editor: Editor, buffer: Buffer, text: str, pause: float) -> None:
    """A line of its own at the very top, letter by letter; the line's end comes first."""
    for number, letter in enumerate(["\n", *text] if text else []):
        editor.type(buffer, max(number - 1, 0), letter)
        await asyncio.sleep(pause)


def _keys(text: str) -> str:
    return f"{text}\n"


def selected(text: str, scene: Scene) -> Span:
    """Where the scene is. Raises `OfferError` when its text is not in the file."""
    start = text.find(scene.start)
    end = text.find(scene.end, start) if scene.end else start
    if start < 0 or end < 0:
        raise OfferError(f"{scene.file} does not hold {scene.start!r} any more; restore it.")
    return Span(start, end + len(scene.end))


def _diagnostics(scene: Scene, place: types.Range) -> list[types.Diagnostic]:
    if not scene.diagnostic:
        return []
    return [types.Diagnostic(place, scene.diagnostic, source="linter")]


def _is(row: types.CodeAction, action: str) -> bool:
    said = _command(row)
    return said is not None and said["action"] == action


def _command(row: types.CodeAction | None) -> Mapping[str, object] | None:
    """The argument of the row's command."""
    command = row.command if row is not None else None
    said: object = command.arguments[0] if command and command.arguments else None
    return said if isinstance(said, Mapping) else None


def _report(scene: Scene, ending: Ending, editor: Editor, asked: Buffer) -> Report:
    written = tuple(each for each in editor.buffers.values() if each.n_edits)
    findings = [_ended_well(ending), *_user_lost_nothing(scene, asked)]
    if ending.outcome == "finished":
        findings += _result(scene, asked, written)
    if editor.open_progress:
        findings.append(Finding(False, "a progress was begun and never ended"))
    return Report(scene, ending, written, tuple(findings))


def _ended_well(ending: Ending) -> Finding:
    if ending.outcome == "finished":
        return Finding(True, "the job finished, its own checks hold")
    return Finding(False, f"the job did not finish ({ending.outcome}): {ending.reason}")


def _user_lost_nothing(scene: Scene, asked: Buffer) -> list[Finding]:
    if not scene.typed:
        return []
    n = len(scene.typed)
    there = asked.text.startswith(_keys(scene.typed))
    said = "stand" if there else "should stand"
    return [Finding(there, f"all {n} letters typed meanwhile {said} at the top")]


def _result(scene: Scene, asked: Buffer, written: Sequence[Buffer]) -> list[Finding]:
    found = [_wrote_something(written), _rest_untouched(scene, asked)]
    found += [_parses(buffer) for buffer in written if buffer.snapshot.language != "markdown"]
    if scene.reply:
        found.append(_reply_stands(scene, written))
    return found


def _wrote_something(written: Sequence[Buffer]) -> Finding:
    n = sum(buffer.n_edits for buffer in written)
    said = "one edit" if n == 1 else f"{n} edits"
    return Finding(n > 0, f"{said} landed, each on the version it was made for")


def _parses(buffer: Buffer) -> Finding:
    now = buffer.snapshot
    before = Snapshot(now.uri, 0, now.language, buffer.before)
    problem = parses(before, now.text)
    return Finding(problem is None, problem or f"{buffer.path.name} parses as before")


def _rest_untouched(scene: Scene, asked: Buffer) -> Finding:
    """What is rewritten lies in the definition asked for; otherwise no line is gone."""
    text = asked.text.removeprefix(_keys(scene.typed)) if scene.typed else asked.text
    if scene.action in REWRITING:
        span = _rewritten(scene, asked)
        head, tail = asked.before[: span.start], asked.before[span.end :]
        same = text.startswith(head) and text.endswith(tail)
    else:
        lines = iter(text.splitlines())
        same = all(any(line == now for now in lines) for line in asked.before.splitlines())
    return Finding(same, f"the rest of {scene.file} {'is' if same else 'is not'} as it was")


def _rewritten(scene: Scene, asked: Buffer) -> Span:
    """Where a rewriting action may change something: whole lines."""
    before = Snapshot(asked.uri, 0, asked.snapshot.language, asked.before)
    span = selected(asked.before, scene)
    symbol = symbols.enclosing(before.language, before.text, span)
    return before.whole_lines(symbol.span if symbol else span)


def _reply_stands(scene: Scene, written: Sequence[Buffer]) -> Finding:
    """Each line of the known reply, but for its fences and its indentation."""
    lines = [line.strip() for line in scene.reply.splitlines()]
    wanted = [line for line in lines if line and not line.startswith("```")]
    text = "\n".join(buffer.text for buffer in written)
    missing = [line for line in wanted if line not in text]
    if missing:
        return Finding(False, f"a line of the reply is missing: {missing[0]}")
    return Finding(True, f"all {len(wanted)} lines of the reply stand in the document")
