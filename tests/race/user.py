"""What the simulated user does, and when: types, pastes, deletes, undoes, anywhere."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

from tests import naive
from tests.race.cells import Cell
from tests.race.editor import Editor
from tests.race.oracle import Target

# Letters that occur in no reply and no original.
LETTERS = "ABCXYZÄÖ漢𝔸"
Place = Literal["start", "end", "inside", "line above", "line below", "anywhere"]
PLACES: tuple[Place, ...] = ("start", "end", "inside", "line above", "line below", "anywhere")


@dataclass(frozen=True, slots=True)
class Act:
    """After `pause` seconds: at `place` of job `job`, replace `length` characters by `text`.

    `undo` instead takes back whatever came last, the job's own piece too.
    """

    pause: float
    place: Place
    text: str = ""
    length: int = 0
    job: int = 0
    part: float = 0.5
    undo: bool = False


def acts(jobs: int) -> st.SearchStrategy[list[Act]]:
    pauses = st.sampled_from([0.0, 0.003, 0.02, 0.06, 0.11, 0.2, 0.6])
    # Seldom inside: the race would be over.
    places = st.sampled_from([*PLACES, "start", "end", "line above", "line below", "anywhere"])
    numbers, parts = st.integers(0, jobs - 1), st.floats(0, 1, width=16)
    typed = st.sampled_from(["A", "B", "漢", "𝔸", "\n", "X Y"])
    pasted = st.text(LETTERS + "\n", min_size=1, max_size=8)

    def act(text: st.SearchStrategy[str], length: st.SearchStrategy[int]) -> st.SearchStrategy[Act]:
        return st.builds(Act, pauses, places, text, length, numbers, parts)

    undo = st.builds(Act, pauses, st.just("anywhere"), undo=st.just(True))
    typing = act(typed, st.just(0))
    removing = act(st.just(""), st.integers(1, 4)) | act(pasted, st.integers(1, 6))
    kinds = st.one_of(typing, typing, act(pasted, st.just(0)), removing, undo)
    return st.lists(kinds, max_size=12)


async def play(acts: list[Act], editor: Editor, targets: list[Target], newline: str) -> None:
    for act in acts:
        await asyncio.sleep(act.pause)
        if act.undo:
            editor.user_undoes()
        else:
            start, end = _span(act, editor, targets[act.job])
            editor.user_replaces(start, end, act.text.replace("\n", newline))


def _span(act: Act, editor: Editor, target: Target) -> tuple[int, int]:
    """In the editor's text; never between CR and LF, where no cursor can stand."""
    text = editor.cells.text
    start = _whole(text, _place(act, text, target, editor.cells.visible))
    end = _whole(text, min(start + act.length, len(text)))
    return start, end


def _place(act: Act, text: str, target: Target, visible: list[Cell]) -> int:
    low, high = target.region(visible)
    if act.place == "start":
        return low
    if act.place == "end":
        return high
    if act.place == "inside":
        return low + round((high - low) * act.part)
    if act.place == "line above":
        return text.rfind("\n", 0, max(low - 1, 0)) + 1
    if act.place == "line below":
        found = text.find("\n", high)
        return found + 1 if found >= 0 else len(text)
    return round(len(text) * act.part)


def _whole(text: str, at: int) -> int:
    return at + 1 if naive.inside_terminator(text, at) else at
