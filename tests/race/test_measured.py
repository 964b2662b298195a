"""What was measured in real editors, one race each."""

from dataclasses import replace

import pytest

from lsp_server.lsp.delivery import REFUSED
from lsp_server.outcome import Cancelled, Failed, Finished, Interrupted
from lsp_server.writer import CLOSED
from tests.race import clock
from tests.race.profiles import (
    EGLOT,
    HELIX,
    NEOVIM,
    NEOVIM_OPENED,
    PROFILES,
    VSCODE,
    Profile,
)
from tests.race.race import Ending, Race, Writing, check, run
from tests.race.user import Act, Place

PIECES = tuple(f"{a}{b}\n" for a in "abcd" for b in "efgha")
STREAM = Race(("0\n1\n", "2\n"), (Writing("", PIECES, (0.03,) * len(PIECES)),))
REPLY = "".join(PIECES)


def raced(race: Race, profile: Profile) -> Ending:
    return clock.run(run(race, profile))


def typing(*places: Place, pause: float = 0.05) -> tuple[Act, ...]:
    return tuple(Act(pause, place, "A") for place in places)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_twenty_pieces_land_while_nobody_types(profile: Profile) -> None:
    ending = raced(STREAM, profile)
    check(ending)
    assert ending.editor.cells.text == f"0\n1\n{REPLY}2\n"
    assert ending.editor.asked <= len(PIECES)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_twenty_pieces_land_while_the_user_types_above_and_below(profile: Profile) -> None:
    acts = typing("line above", "line below") * 8
    ending = raced(replace(STREAM, acts=acts), profile)
    check(ending)
    assert isinstance(ending.oracle.targets[0].outcome, Finished)
    assert ending.editor.cells.text.count("A") == 16 and REPLY in ending.editor.cells.text


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_twenty_pieces_land_while_new_lines_are_made_above(profile: Profile) -> None:
    acts = tuple(Act(0.08, "line above", "AB\n") for _ in range(12))
    ending = raced(replace(STREAM, acts=acts), profile)
    check(ending)
    assert ending.editor.cells.text == "0\n" + "AB\n" * 12 + "1\n" + REPLY + "2\n"


def test_what_neovim_drops_and_calls_applied_is_sent_again() -> None:
    ending = raced(replace(STREAM, acts=typing("line below") * 10), NEOVIM)
    check(ending)
    landed = [change for change in ending.editor.history if change.by == "server"]
    assert ending.editor.asked > len(landed), "some were dropped"


def test_neovim_applies_anything_right_after_opening_and_it_still_comes_out_right() -> None:
    ending = raced(replace(STREAM, acts=(Act(0.0, "line above", "A\n"),)), NEOVIM_OPENED)
    check(ending)
    assert ending.editor.cells.text == f"0\nA\n1\n{REPLY}2\n"


def test_what_eglot_put_into_a_wrong_line_is_taken_back() -> None:
    ending = raced(replace(STREAM, acts=(Act(0.01, "line above", "A\nB\n"),)), EGLOT)
    check(ending)
    assert any(change.revived for change in ending.editor.history), "a piece was taken back"
    assert ending.editor.cells.text == f"0\nA\nB\n1\n{REPLY}2\n"


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_the_users_undo_of_a_piece_stops_the_stream(profile: Profile) -> None:
    pauses = (0.0, *(2.0,) * (len(PIECES) - 1))
    slow = replace(STREAM, writings=(Writing("", PIECES, pauses),))
    ending = raced(replace(slow, acts=(Act(5.0, "anywhere", undo=True),)), profile)
    assert isinstance(ending.oracle.targets[0].outcome, Interrupted)
    assert ending.editor.cells.text == f"0\n1\n{''.join(PIECES[:2])}2\n"


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_cancelling_in_mid_stream_takes_back_what_was_written(profile: Profile) -> None:
    writing = replace(STREAM.writings[0], cancel_after=0.3)
    acts = typing("line above", "line below")
    ending = raced(replace(STREAM, writings=(writing,), acts=acts), profile)
    check(ending)
    assert isinstance(ending.oracle.targets[0].outcome, Cancelled)
    assert not set(ending.editor.cells.text) & set(REPLY.replace("\n", ""))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_closing_in_mid_stream_ends_the_job_with_a_sentence(profile: Profile) -> None:
    ending = raced(replace(STREAM, close_after=0.2), profile)
    assert ending.oracle.targets[0].outcome == Failed(CLOSED)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_an_editor_that_refuses_everything_ends_the_job_and_keeps_its_text(
    profile: Profile,
) -> None:
    ending = raced(replace(STREAM, refuses=frozenset(range(1, 1000))), profile)
    check(ending)
    assert ending.oracle.targets[0].outcome == Failed(REFUSED)
    assert ending.editor.cells.text == "0\n1\n2\n" and ending.editor.asked < 100


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_an_editor_that_applies_and_never_answers_is_believed_by_its_text(
    profile: Profile,
) -> None:
    ending = raced(replace(STREAM, silent=True), profile)
    check(ending)
    assert isinstance(ending.oracle.targets[0].outcome, Finished)


def test_an_editor_that_neither_answers_nor_applies_ends_the_job() -> None:
    race = replace(STREAM, silent=True, refuses=frozenset(range(1, 1000)))
    ending = raced(race, HELIX)
    assert ending.oracle.targets[0].outcome == Failed(REFUSED)
    assert ending.editor.asked <= 2, "silence is no reason to send again"


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_whole_delivery_is_one_edit(profile: Profile) -> None:
    ending = raced(replace(STREAM, delivery="whole"), profile)
    check(ending)
    assert ending.editor.asked == 1


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM, HELIX], ids=lambda profile: profile.name)
def test_half_a_minute_of_typing_without_a_pause_is_no_refusal(profile: Profile) -> None:
    acts = typing("line below", pause=0.1) * 300
    ending = raced(replace(STREAM, acts=acts, to_client=(0.02,)), profile)
    check(ending)
    assert isinstance(ending.oracle.targets[0].outcome, Finished)


def test_a_job_cancelled_while_another_lands_leaves_its_text() -> None:
    first = Writing("", ("a",), (0.0,))
    second = Writing("1\n", ("s\n", "t\n"), (0.0, 0.2), cancel_after=0.1)
    race = Race(("0\n", "2\n", ""), (first, second), to_server=(0.12,), delivery="whole")
    ending = raced(race, VSCODE)
    check(ending)
    assert isinstance(ending.oracle.targets[1].outcome, Cancelled)
    assert ending.editor.cells.text == "0\na2\n1\n"
