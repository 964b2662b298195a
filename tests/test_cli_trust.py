"""A project's code is run when its user said so, and the answer is asked for once."""

import io
import sys
from pathlib import Path

import pytest

from lsp_server.cli.trusting import is_trusted
from lsp_server.trust import TrustStore


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def store(tmp_path: Path) -> TrustStore:
    return TrustStore(tmp_path / "data")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def answering(monkeypatch: pytest.MonkeyPatch, text: str) -> Terminal:
    asked = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(text))
    monkeypatch.setattr(sys, "stderr", asked)
    return asked


def test_an_option_is_an_answer_that_is_kept(store: TrustStore, root: Path) -> None:
    assert is_trusted(root, True, store)
    assert is_trusted(root, False, store)


def test_without_a_terminal_nobody_is_asked(
    store: TrustStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert not is_trusted(root, False, store)


@pytest.mark.parametrize("text", ["y\n", "YES\n", " yes \n"])
def test_yes_is_asked_for_once(
    store: TrustStore, root: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    assert str(root) in answering_yes(store, root, monkeypatch, text)
    asked = answering(monkeypatch, "")
    assert is_trusted(root, False, store)
    assert asked.getvalue() == ""


def answering_yes(store: TrustStore, root: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> str:
    asked = answering(monkeypatch, text)
    assert is_trusted(root, False, store)
    return asked.getvalue()


@pytest.mark.parametrize("text", ["\n", "n\n", "", "yup\n"])
def test_anything_else_is_no_and_is_not_kept(
    store: TrustStore, root: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    answering(monkeypatch, text)
    assert not is_trusted(root, False, store)
    assert store.folders() == frozenset()


def test_a_data_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path, root: Path) -> None:
    (tmp_path / "file").touch()
    store = TrustStore(tmp_path / "file" / "data")
    assert is_trusted(root, True, store)
    assert not is_trusted(root, False, store)
