"""The project's own Python is looked for where projects have it, and never run for that."""

import sys
from pathlib import Path

import pytest

from lsp_server.project.interpreter import interpreters, python_of

OWN = Path(sys.executable)


def environment(folder: Path) -> Path:
    python = python_of(folder)
    python.parent.mkdir(parents=True)
    python.touch(mode=0o755)
    (folder / "pyvenv.cfg").touch()
    return python


def test_what_the_user_named_comes_first(tmp_path: Path) -> None:
    named = environment(tmp_path / "elsewhere")
    own = environment(tmp_path / "project" / ".venv")
    assert interpreters(tmp_path / "project", named, {}) == [named, own, OWN]


def test_an_environment_of_any_name_is_found_by_its_marker(tmp_path: Path) -> None:
    odd = environment(tmp_path / "umgebung")
    usual = environment(tmp_path / "venv")
    (tmp_path / "src").mkdir()
    assert interpreters(tmp_path, None, {}) == [usual, odd, OWN]


def test_the_active_environment_comes_before_the_path(tmp_path: Path) -> None:
    active = environment(tmp_path / "active")
    on_path = tmp_path / "bin"
    on_path.mkdir()
    (on_path / "python3").touch(mode=0o755)
    found = interpreters(
        tmp_path / "project", None, {"VIRTUAL_ENV": str(tmp_path / "active"), "PATH": str(on_path)}
    )
    assert found == [active, on_path / "python3", OWN]


def test_what_is_not_there_or_cannot_be_run_is_no_interpreter(tmp_path: Path) -> None:
    broken = environment(tmp_path / ".venv")
    broken.chmod(0o644)
    assert interpreters(tmp_path, tmp_path / "gone", {}) == [OWN]


def test_the_link_of_an_environment_is_kept(tmp_path: Path) -> None:
    real = tmp_path / "python3"
    real.touch(mode=0o755)
    folder = tmp_path / "project" / ".venv"
    python_of(folder).parent.mkdir(parents=True)
    (folder / "pyvenv.cfg").touch()
    python_of(folder).symlink_to(real)
    assert interpreters(tmp_path / "project", None, {}) == [python_of(folder), OWN]


@pytest.mark.parametrize("root", ["gone", "file"])
def test_a_root_that_is_no_folder_has_none_of_its_own(tmp_path: Path, root: str) -> None:
    (tmp_path / "file").touch()
    assert interpreters(tmp_path / root, None, {}) == [OWN]
