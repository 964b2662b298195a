"""In every editor: replies land exactly while the user types, and go away again when told to."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.editors import ASKING, Editor, Setup
from tests.e2e.emacs import Emacs
from tests.e2e.neovim import Neovim
from tests.e2e.scenes import (
    ABOVE,
    BELOW,
    DOCS,
    EDIT,
    EXPLAIN,
    EXPLANATION,
    EXTENSION,
    INSTRUCTION,
    TOLD,
    TYPED_ABOVE,
    TYPED_BELOW,
    Scene,
)
from tests.e2e.wire import TimedOut, Wire, wait_for
from tests.e2e.world import Models, World

# One key in this many waits for the next edit, so that typing and writing alternate.
KEYS_PER_EDIT = 6


def test_docs_land_exactly_while_keys_are_typed(editor: Editor, world: World) -> None:
    begin(editor, world, DOCS)
    type_above_and_below(editor, world)
    ended(world, "finished")
    same(editor, DOCS.with_typing(DOCS.after))


def test_edited_lines_land_exactly_while_keys_are_typed(editor: Editor, world: World) -> None:
    begin(editor, world, EDIT)
    type_above_and_below(editor, world)
    ended(world, "finished")
    same(editor, EDIT.with_typing(EDIT.after))


@pytest.mark.parametrize("setup", ASKING, indirect=True, ids=lambda setup: setup.name)
def test_an_instruction_is_given_in_the_editor(editor: Neovim | Emacs, world: World) -> None:
    editor.open(world.write(TOLD.file, TOLD.text))
    editor.instruct(TOLD.lines, INSTRUCTION)
    ended(world, "finished")
    same(editor, TOLD.after)


@pytest.mark.parametrize("setup", ASKING, indirect=True, ids=lambda setup: setup.name)
def test_an_extension_goes_and_its_imports_with_it(editor: Editor, world: World) -> None:
    begin(editor, world, EXTENSION)
    ended(world, "finished")
    same(editor, EXTENSION.after)


def test_an_explanation_streams_beside_the_code(editor: Editor, world: World) -> None:
    begin(editor, world, EXPLAIN, n_edits=0)
    path = world.folder / "state" / "penna" / "scratch"
    # An editor that opens a window for it drops what is half typed, a search for example.
    wait_for("the explanation's document", lambda: shown(world, path))
    type_above_and_below(editor, world)
    ended(world, "finished")
    same(editor, EXPLAIN.with_typing(EXPLAIN.after))
    wait_for("the explanation", lambda: editor.beside(path) == EXPLANATION, 10.0)


def test_cancelling_puts_the_text_back(editor: Editor, world: World, models: Models) -> None:
    world.use(models.slow)
    begin(editor, world, EDIT, n_edits=2)
    editor.cancel()
    ended(world, "cancelled")
    same(editor, EDIT.text)


def test_an_undo_in_mid_stream_stops_the_job(editor: Editor, world: World, models: Models) -> None:
    world.use(models.slow)
    begin(editor, world, DOCS, n_edits=3)
    editor.undo()
    ended(world, "interrupted")
    undo_until(editor, DOCS.text, world.wire.n_edits())


def test_undo_takes_a_finished_job_back(editor: Editor, world: World, setup: Setup) -> None:
    began = time.monotonic()
    begin(editor, world, DOCS, n_edits=0)
    ended(world, "finished")
    n_most = world.wire.n_edits()
    if setup.undo_seconds is not None:
        n_most = 1 + int((time.monotonic() - began) / setup.undo_seconds)
    same(editor, DOCS.after)
    undo_until(editor, DOCS.text, n_most)


def shown(world: World, path: Path) -> bool:
    """Whether the explanation has begun: as an edit, a file or a virtual document."""
    in_files = path.exists() and any(each.stat().st_size for each in path.iterdir())
    refreshed = world.wire.from_server("workspace/textDocumentContent/refresh")
    return bool(world.wire.n_edits() or in_files or refreshed)


def begin(editor: Editor, world: World, scene: Scene, n_edits: int = 1) -> None:
    """Ask for the action, and wait until the job runs and so many edits have been sent."""
    editor.open(world.write(scene.file, scene.text))
    [initialize] = world.wire.from_editor("initialize")
    assert initialize["initializationOptions"] == {"delivery": "stream"}, "as in the README"
    editor.run(scene.kind, scene.lines)
    # Typing before that would make the request stale, and refused.
    asked = "workspace/executeCommand"
    wait_for("a job", lambda: world.wire.answers(asked), scene=world.wire.scene)
    world.wire.wait_edits(n_edits)


def type_above_and_below(editor: Editor, world: World) -> None:
    pace = paced(world.wire)
    editor.type_behind(ABOVE, TYPED_ABOVE, pace)
    editor.type_behind(BELOW, TYPED_BELOW, pace)


def paced(wire: Wire) -> Callable[[], None]:
    n_keys = 0

    def pace() -> None:
        nonlocal n_keys
        n_keys += 1
        before = wire.n_edits()
        if n_keys % KEYS_PER_EDIT == 0:
            wait_for("an edit between keys", lambda: wire.n_edits() > before or wire.ended())

    return pace


def ended(world: World, outcome: str) -> None:
    job_ended = world.wire.wait_ended()
    assert job_ended["outcome"] == outcome, job_ended


def same(editor: Editor, text: str) -> None:
    """The buffer holds this text, once the editor has taken the keys that were sent to it."""
    with suppress(TimedOut):
        wait_for("the text", lambda: editor.text() == text, 10.0)
    assert editor.text() == text


def undo_until(editor: Editor, text: str, n_most: int) -> None:
    for _ in range(n_most):
        before = editor.text()
        if before == text:
            return
        editor.undo()
        wait_for("the undo", partial(changed, editor, before))
    same(editor, text)


def changed(editor: Editor, before: str) -> bool:
    return editor.text() != before
