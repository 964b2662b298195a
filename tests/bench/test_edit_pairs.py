"""Edits to replay: real ones where there are two versions, made-up ones where there are not."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server.bench import edit_pairs, made_up_edits, pair_sources

LINES = "\n".join(f"    value_{n} = compute({n}, other_{n})" for n in range(24))
OLD = "\n\n".join(f"def function_{n}(argument):\n{LINES}\n    return {n}\n" for n in range(12))


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No history, and nothing remembered from another test."""
    monkeypatch.setattr(pair_sources, "REPOSITORY", Path("/nowhere"))
    remembered = (edit_pairs._real, edit_pairs._made_up, edit_pairs._regions)
    for each in remembered:
        each.cache_clear()
    yield
    for each in remembered:
        each.cache_clear()


def libraries(folder: Path, *versions: str) -> list[Path]:
    made = []
    for minor, text in enumerate(versions, 8):
        library = folder / f"python3.{minor}"
        library.mkdir()
        for name in ("argparse.py", "calendar.py"):
            (library / name).write_text(text)
        made.append(library)
    return made


def edited(text: str) -> str:
    """One line of each function; of each third one much more."""
    changed = text.replace("value_3 =", "changed_3 =")
    head, *functions = changed.split("def ")
    return head + "def ".join(
        ["", *(f.replace("compute", "work_out") if n % 3 else f for n, f in enumerate(functions))]
    )


def test_two_versions_give_real_edits_of_each_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = libraries(tmp_path, OLD, edited(OLD))
    monkeypatch.setattr(pair_sources, "libraries", lambda: found)
    chosen = edit_pairs.pairs(3)
    assert {pair.bucket for pair in chosen if pair.changed < 1} == {"up to 5 %"}
    assert edit_pairs.n_files(chosen) == 2
    assert all(pair.before != pair.after for pair in chosen)
    assert edit_pairs.sources() == "the standard libraries of Python 3.8, 3.9"
    assert chosen == edit_pairs.pairs(3)


def test_with_one_version_alone_edits_are_made_up_and_named_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = libraries(tmp_path, OLD)
    monkeypatch.setattr(pair_sources, "libraries", lambda: found)
    chosen = edit_pairs.pairs(2)
    assert [pair.bucket for pair in chosen] == [
        bucket for bucket in (*edit_pairs.BUCKETS, edit_pairs.NOTHING_IN_COMMON) for _ in range(2)
    ]
    assert all(edit_pairs.MADE_UP in pair.name for pair in chosen)
    assert "made up" in edit_pairs.sources()


def test_the_edits_are_spread_over_files(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["a.py f", "a.py g", "a.py h", "b.py f", "c.py f"]
    found = tuple(edit_pairs.Pair(name, "x", "y", 0.01) for name in names)
    monkeypatch.setattr(edit_pairs, "_real", lambda: found)
    assert sorted(pair.file for pair in edit_pairs.pairs(4)) == ["a.py", "a.py", "b.py", "c.py"]


def test_this_machine_has_edits_to_measure_with() -> None:
    assert pair_sources.libraries(), "the Python that runs has a library"


def test_another_repository_around_the_package_is_none_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pair_sources, "REPOSITORY", tmp_path)
    monkeypatch.setattr(pair_sources, "_git", lambda *_: pytest.fail("git was asked"))
    assert list(pair_sources.commits()) == []


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        ("a\nb\nc\nd\n", "a\nb\nc\nd\n", 0.0),
        ("a\nb\nc\nd\n", "a\nx\nc\nd\n", 0.25),
        ("a\nb\n", "a\nb\nc\nd\n", 0.5),
        ("a\nb\n", "x\ny\n", 1.0),
        ("", "", 0.0),
    ],
)
def test_the_share_of_changed_lines(before: str, after: str, share: float) -> None:
    assert edit_pairs.changed(before, after) == share


def test_made_up_edits_are_three_of_growing_size_and_always_the_same() -> None:
    text = OLD.split("\n\n")[0]
    made = list(made_up_edits.edits(text))
    shares = [edit_pairs.changed(text, each) for each in made]
    assert len(made) == 3
    assert shares == sorted(shares)
    assert 0 < shares[0] <= 0.1
    assert shares[2] > 0.3
    assert made == list(made_up_edits.edits(text))
    for each in made:
        ast.parse(each)
