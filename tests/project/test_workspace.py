"""Files are read inside the root only, and never for ever."""

import os
from pathlib import Path

import pytest

from lsp_server.project import walk
from lsp_server.project.workspace import MAX_BYTES, Project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "a.py").write_bytes("x = '中文'\r\n".encode())
    return folder


def test_a_file_is_read_by_a_relative_or_an_absolute_path(root: Path) -> None:
    project = Project(root)
    assert project.read(Path("a.py")) == project.read(root / "a.py") == "x = '中文'\r\n"
    assert project.exists(Path("a.py"))


@pytest.mark.parametrize("path", ["../secret.txt", "sub/../../secret.txt", "/etc/passwd", "a\0b"])
def test_a_path_out_of_the_root_is_not_read(root: Path, path: str) -> None:
    assert Project(root).read(Path(path)) is None
    assert not Project(root).exists(Path(path))


def test_a_link_out_of_the_root_is_not_followed(root: Path) -> None:
    (root / "link.txt").symlink_to(root.parent / "secret.txt")
    (root / "folder").symlink_to(root.parent)
    (root / "loop").symlink_to(root / "loop")
    (root / "inner.py").symlink_to(root / "a.py")
    project = Project(root)
    assert project.read(Path("link.txt")) is None
    assert project.read(Path("folder/secret.txt")) is None
    assert project.read(Path("loop")) is None
    assert project.read(Path("inner.py")) is not None


def test_a_root_that_is_itself_a_link_is_fine(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    assert Project(link).read(link / "a.py") is not None


def test_a_fifo_and_a_device_are_not_opened_for_ever(root: Path) -> None:
    os.mkfifo(root / "fifo")
    assert Project(root).read(Path("fifo")) is None
    assert Project(Path("/dev")).read(Path("/dev/zero")) is None
    assert Project(root).read(root) is None


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"a\0b", None),
        ("é".encode("latin-1"), None),
        ("x".encode("utf-16"), None),
        (b"", ""),
        (b"x" * (MAX_BYTES + 1), None),
    ],
)
def test_only_utf_8_text_of_some_size_is_read(root: Path, data: bytes, text: str | None) -> None:
    (root / "file").write_bytes(data)
    assert Project(root).read(Path("file")) == text


def test_a_file_without_permission_is_none(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError

    monkeypatch.setattr("lsp_server.project.workspace.os.open", refuse)
    assert Project(root).read(Path("a.py")) is None


def test_what_the_editor_has_open_wins_over_the_disk(root: Path) -> None:
    project = Project(root, {root / "a.py": "newer", root / "new.py": "not on disk"})
    assert project.read(root / "a.py") == project.read(Path("a.py")) == "newer"
    assert project.read(Path("new.py")) == "not on disk"
    assert project.exists(root / "new.py")


def test_an_open_text_is_found_by_its_real_path_and_by_a_link(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    assert Project(link, {link / "a.py": "open"}).read(root.resolve() / "a.py") == "open"
    assert Project(root, {root.resolve() / "a.py": "open"}).read(link / "a.py") == "open"


def test_without_a_root_only_open_texts_are_read(root: Path) -> None:
    project = Project(None, {root / "a.py": "open"})
    assert project.read(root / "a.py") == "open"
    assert project.read(root / "b.py") is None
    assert project.files(".py", 9) == []


def test_files_are_listed_without_those_of_others(root: Path) -> None:
    for name in (
        "pkg/m.py", ".git/h.py", "node_modules/n.py", "my_env/pyvenv.cfg", "my_env/e.py",
        "pkg/__pycache__/c.py", "pkg/deep/d.py", "pkg/t.txt", "ignored/i.py", "gen/out/g.py",
    ):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    (root / ".gitignore").write_text("# mine\nignored/\n/gen/out\n*.log\n!keep\n")
    (root / "up").symlink_to(root)
    found = [path.relative_to(root.resolve()).as_posix() for path in Project(root).files(".py", 99)]
    assert found == ["a.py", "pkg/m.py", "pkg/deep/d.py"]
    assert len(Project(root).files(".py", 2)) == 2


def test_the_walk_is_bounded(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        (root / f"f{number:02}.py").write_text("")
    monkeypatch.setattr(walk, "MAX_VISITED", 20)
    assert len(Project(root).files(".py", 99)) == 20
    monkeypatch.setattr(walk, "MAX_SECONDS", -1.0)
    assert Project(root).files(".py", 99) == []
