"""A check that was not run is never told as one that passed."""

from collections import Counter

from lsp_server.migrate.checking.answers import verdict_of
from lsp_server.migrate.replay.replayer import Replay
from lsp_server.migrate.verdict import Check, Checked, Failed, NotRun, Passed

CHECKED = Checked(
    (
        Check("parses", Passed("3 files")),
        Check("imports", NotRun("Run `pip install fastapi` | now.")),
        Check(
            "replayed requests", Failed("2 of 9 differ", ("* `GET /`", "* `POST /`")), ("Note.",)
        ),
    )
)


def test_the_sentence_names_what_failed_and_what_was_not_run() -> None:
    assert CHECKED.sentence == (
        "1 of 3 checks passed; failed: replayed requests; not run: imports."
    )


def test_what_was_not_run_does_not_hold_the_rest_back_and_a_failure_does() -> None:
    assert not CHECKED.holds
    assert Checked(CHECKED.checks[:2]).holds
    assert [each.name for each in CHECKED.not_run] == ["imports"]


def test_the_markdown_shows_every_check_and_every_detail() -> None:
    assert CHECKED.markdown() == (
        "## Checks\n\n"
        "1 of 3 checks passed; failed: replayed requests; not run: imports.\n\n"
        "| check | result | |\n|---|---|---|\n"
        "| parses | passed | 3 files |\n"
        "| imports | not run | Run `pip install fastapi` \\| now. |\n"
        "| replayed requests | **failed** | 2 of 9 differ |\n\n"
        "### Replayed requests\n\nNote.\n\n* `GET /`\n* `POST /`\n"
    )


def test_a_thousand_differences_do_not_fill_the_report() -> None:
    many = Check("x", Failed("many", tuple(f"* {n}" for n in range(1000))))
    text = Checked((many,)).markdown()
    assert "* … and 800 lines more" in text
    assert len(text.splitlines()) < 250


def test_a_replay_of_errors_alone_is_none() -> None:
    errors = Replay(5, statuses=Counter({500: 5}), n_rules=2)
    assert isinstance(verdict_of(errors), NotRun)
    reached = Replay(5, statuses=Counter({500: 4, 200: 1}), reached={"/"}, n_rules=2)
    assert verdict_of(reached) == Passed(
        "5 requests, 0 differences; 1 of 2 rules answered with success"
    )
