"""Writing a migration: all files or none, nothing overwritten, and a way back."""

import shlex
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from lsp_server.cli.diffs import unified_diff
from lsp_server.cli.way_back import Files, write_files
from lsp_server.errors import EditRefused

APP, NEW = PurePosixPath("src/app.py"), PurePosixPath("src/flask_compat.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "my shop"
    (root / "src").mkdir(parents=True)
    (root / APP).write_bytes("旧\r\n".encode())
    (root / APP).chmod(0o755)
    return root


def files(root: Path, before: str = "旧\r\n") -> Files:
    return Files(root, {APP: before}, {APP: "新\r\n"}, {NEW: "x = 1\n"})


def write(root: Path, *, allow_dirty: bool = False) -> str:
    return write_files(files(root), allow_dirty=allow_dirty, backups=root.parent / "backups")


def git(root: Path, *args: str) -> None:
    name = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *name, *args], cwd=root, check=True, capture_output=True)


@pytest.fixture
def repository(root: Path) -> Path:
    git(root, "init")
    git(root, "add", ".")
    git(root, "commit", "-m", "start")
    return root


def snapshot(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def test_outside_a_repository_the_old_files_are_copied_and_the_command_brings_them_back(
    root: Path,
) -> None:
    before = snapshot(root)
    said = write(root)
    assert (root / APP).read_bytes() == "新\r\n".encode()
    assert (root / APP).stat().st_mode & 0o777 == 0o755
    assert (root / NEW).read_text() == "x = 1\n"
    command = said.partition("To take it back: ")[2]
    subprocess.run(command, shell=True, check=True)
    assert snapshot(root) == before


def test_in_a_repository_git_brings_them_back(repository: Path) -> None:
    before = snapshot(repository)
    said = write(repository)
    assert said.startswith("To take it back: git -C ")
    subprocess.run(said.partition(": ")[2], shell=True, check=True)
    assert snapshot(repository) == before
    assert not (repository.parent / "backups").exists()


def test_changes_that_are_not_committed_are_not_lost(repository: Path) -> None:
    git(repository, "rm", "--cached", str(APP))
    with pytest.raises(EditRefused, match=r"src/app\.py has changes that are not committed"):
        write(repository)
    assert (repository / APP).read_bytes() == "旧\r\n".encode()
    said = write(repository, allow_dirty=True)
    backup = shlex.split(said.partition("cp -a ")[2])[0]
    assert (Path(backup) / APP).read_bytes() == "旧\r\n".encode()


def test_an_ignored_file_is_not_committed_either(repository: Path) -> None:
    git(repository, "rm", "--cached", str(APP))
    (repository / ".gitignore").write_text("src\n")
    git(repository, "add", ".")
    git(repository, "commit", "-m", "ignore")
    with pytest.raises(EditRefused, match="not committed"):
        write(repository)


def test_a_change_elsewhere_does_not_matter(repository: Path) -> None:
    (repository / "other.py").write_text("")
    assert "git" in write(repository)


def test_a_repository_starts_no_program(repository: Path) -> None:
    git(repository, "config", "core.fsmonitor", f"touch '{repository.parent / 'ran'}'; false")
    write(repository)
    assert not (repository.parent / "ran").exists()


def test_a_file_that_changed_meanwhile_is_not_written(root: Path) -> None:
    (root / APP).write_text("mine")
    with pytest.raises(EditRefused, match="has changed on disk meanwhile"):
        write(root)
    assert snapshot(root) == {str(APP): b"mine"}


@pytest.mark.parametrize("kind", ["file", "dangling link"])
def test_a_file_that_is_there_is_never_overwritten(root: Path, kind: str) -> None:
    if kind == "file":
        (root / NEW).write_text("mine")
    else:
        (root / NEW).symlink_to(root / "nowhere")
    with pytest.raises(EditRefused, match="is there already"):
        write(root)
    assert (root / APP).read_bytes() == "旧\r\n".encode()
    assert not (root / "nowhere").exists()


def test_what_was_written_before_an_error_is_put_back(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lsp_server.cli import way_back
    from lsp_server.file_page import replace_file

    before = snapshot(root)

    def full(path: Path, text: str) -> None:
        if text.startswith("新"):
            raise OSError(28, "No space left on device")
        replace_file(path, text)

    monkeypatch.setattr(way_back, "replace_file", full)
    with pytest.raises(EditRefused, match="No space left on device"):
        write(root)
    assert snapshot(root) == before


def test_a_backup_folder_that_cannot_be_made_is_told(root: Path) -> None:
    (root.parent / "backups").write_text("a file")
    with pytest.raises(EditRefused, match="cannot be written"):
        write(root)
    assert (root / APP).read_bytes() == "旧\r\n".encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [("a\r\nb\n", "a\r\nc\n"), ("a", "a\nb"), ("", "x\f\u2028y\n"), ("a\nb\n", ""), ("a\n", "a")],
)
def test_git_takes_the_diff(repository: Path, before: str, after: str) -> None:
    path = PurePosixPath("x y.py")
    (repository / path).write_bytes(before.encode())
    diff = unified_diff(path, before, after)
    subprocess.run(["git", "apply", "-"], cwd=repository, input=diff.encode(), check=True)
    assert (repository / path).read_bytes() == after.encode()


def test_the_diff_of_a_new_file_makes_it(repository: Path) -> None:
    diff = unified_diff(NEW, None, "x = 1\n")
    subprocess.run(["git", "apply", "-"], cwd=repository, input=diff.encode(), check=True)
    assert (repository / NEW).read_text() == "x = 1\n"
