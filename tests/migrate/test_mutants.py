"""A small part of `python -m tests.migrate.mutants`: every mistake fits, and a few are caught."""

from collections.abc import Iterator

import pytest

from lsp_server.migrate.replay.apps import App, Apps
from lsp_server.migrate.replay.copies import Texts, lay_over
from lsp_server.migrate.replay.replayer import Replay, Replayer
from lsp_server.migrate.replay.sources import read_sources
from tests.migrate.mutants.catalogue import MUTANTS, Mutant
from tests.migrate.mutants.measure import Bench

# One for each way to be caught. The names are the catalogue's.
FEW = {
    "the prefix at registering is lost": "rules",
    "redirect answers 307": "replay",
    "the session has another salt": "replay",
    "the command is lost": "tests",
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("mutants").resolve(), budget=100)
    made.prepare()
    yield made


def test_there_are_enough_and_each_has_its_own_name() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 40


def test_nearly_every_mistake_fits_the_migrated_project(bench: Bench) -> None:
    """The helper's text changes now and then; a tenth may wait for being fitted again."""
    unfit = []
    for mutant in MUTANTS:
        try:
            ((path, text),) = mutant.applied(bench.changes).items()
        except ValueError as error:
            unfit.append(str(error))
        else:
            assert text != bench.changes[path]
    assert len(unfit) <= len(MUTANTS) // 10, unfit


def test_the_migrated_project_without_a_mistake_answers_as_before(bench: Bench) -> None:
    replay = replayed(bench)
    assert replay.differences == []
    assert replay.n_requests == 200
    assert len(replay.reached) > 25
    assert any("/auth/login" in note for note in replay.notes)


@pytest.mark.parametrize("name", FEW)
def test_a_mistake_is_caught(bench: Bench, name: str) -> None:
    mutant = next(each for each in MUTANTS if each.name == name)
    assert bench.check(mutant).by == FEW[name]


def test_a_mistake_that_does_not_fit_is_told(bench: Bench) -> None:
    with pytest.raises(ValueError, match="is 0 times in"):
        Mutant("x", "blog/db.py", "no such text", "").applied(bench.changes)


def replayed(bench: Bench) -> Replay:
    old, new, again = (bench.copy(name, "prepared") for name in ("ro", "rn", "ra"))
    lay_over(new, Texts(dict(bench.changes)))
    with (
        App(bench.sandbox, old, bench.place) as old_app,
        App(bench.sandbox, new, bench.place) as new_app,
        App(bench.sandbox, again, bench.place) as again_app,
    ):
        for app in (old_app, new_app, again_app):
            app.load()
        apps = Apps(old_app, new_app, again_app)
        return Replayer(apps, old_app.rules(), read_sources(bench.files), 200).run()
