"""Reading a folder: what matters, as the editor has it, and never anything outside."""

import os
from pathlib import Path, PurePosixPath

import pytest

from lsp_server.migrate import workspace
from lsp_server.migrate.workspace import read


def write(root: Path, *names: str, data: bytes = b"x = 1\n") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def names(root: Path) -> set[str]:
    return {str(path) for path in read(root).files}


def test_what_matters_is_read(tmp_path: Path) -> None:
    matters = {
        "app.py", "shop/a.py", "shop/templates/a.html", "shop/templates/mail.txt", "page.j2",
        "requirements.txt", "requirements/dev.txt", "requirements-dev.in", "pyproject.toml",
        "setup.cfg", "setup.py", "Pipfile", "Procfile", "Dockerfile", "Dockerfile.prod",
        "README.md", "README", "Makefile", "boot.sh", "docker-compose.yml", ".flaskenv",
    }  # fmt: skip
    write(tmp_path, *matters, "a.png", "notes.txt", "data.json", "README.png")
    assert names(tmp_path) == matters


def test_tools_and_environments_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "app.py", ".venv/a.py", "node_modules/a.py", ".git/a.py", "__pycache__/a.py")
    write(tmp_path, "my_env/pyvenv.cfg", "my_env/lib/a.py", "build/lib/a.py", "x.egg-info/a.py")
    write(tmp_path, "env/__init__.py", "env/a.py")
    assert names(tmp_path) == {"app.py", "env/__init__.py", "env/a.py"}


def test_links_are_never_followed(tmp_path: Path) -> None:
    write(tmp_path, "outside/secret.py", "project/app.py")
    (tmp_path / "project/inside").symlink_to(tmp_path / "outside")
    (tmp_path / "project/secret.py").symlink_to(tmp_path / "outside/secret.py")
    (tmp_path / "project/loop").symlink_to(tmp_path / "project")
    assert names(tmp_path / "project") == {"app.py"}


def test_what_is_not_utf_8_is_left_alone_and_told(tmp_path: Path) -> None:
    write(tmp_path, "app.py")
    write(tmp_path, "old.py", data="x = 'ä'\n".encode("latin-1"))
    found = read(tmp_path)
    assert found.left_alone == {PurePosixPath("old.py"): "It is not UTF-8 text."}
    assert list(found.files) == [PurePosixPath("app.py")]


def test_a_name_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    write(tmp_path, "app.py")
    try:
        (tmp_path / os.fsdecode(b"old\xff.py")).write_text("x = 1\n")
    except OSError:  # a file system of UTF-8 names has none
        return
    found = read(tmp_path)
    assert found.left_alone == {PurePosixPath("old?.py"): "Its name is not UTF-8."}
    assert list(found.files) == [PurePosixPath("app.py")]


def test_line_ends_and_byte_order_marks_stay(tmp_path: Path) -> None:
    write(tmp_path, "app.py", data="\ufeffx = '中'\r\ny = 2\n\f\n".encode())
    assert read(tmp_path).files[PurePosixPath("app.py")] == "\ufeffx = '中'\r\ny = 2\n\f\n"


def test_what_is_too_large_is_left_alone_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "MAX_BYTES", 10)
    write(tmp_path, "app.py")
    write(tmp_path, "large.py", data=b"x" * 11)
    found = read(tmp_path)
    assert found.left_alone == {PurePosixPath("large.py"): "It is larger than 10 bytes."}


def test_too_many_files_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "MAX_FILES", 2)
    write(tmp_path, "a.py", "b.py", "c.py", "d.py")
    found = read(tmp_path)
    assert len(found.files) == 2
    assert set(found.left_alone.values()) == {"The project has more than 2 files."}


def test_what_is_no_file_does_not_stop_it(tmp_path: Path) -> None:
    write(tmp_path, "app.py")
    os.mkfifo(tmp_path / "pipe.py")
    assert names(tmp_path) == {"app.py"}


def test_the_editors_text_wins_and_counts_unsaved(tmp_path: Path) -> None:
    write(tmp_path, "app.py")
    write(tmp_path, "old.py", data=b"\xff")
    outside = tmp_path.parent / "elsewhere.py"
    opened = {
        tmp_path / "app.py": "y = 2\n",
        tmp_path / "old.py": "z = 3\n",
        tmp_path / "new.py": "new = 4\n",
        tmp_path / ".venv/a.py": "",
        outside: "",
    }
    found = read(tmp_path, opened)
    assert {str(path): text for path, text in found.files.items()} == {
        "app.py": "y = 2\n",
        "old.py": "z = 3\n",
        "new.py": "new = 4\n",
    }
    assert found.left_alone == {}


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere").files == {}
