"""A copy holds what the app needs, and writing to it never reaches the project."""

from pathlib import Path, PurePosixPath

import pytest

from lsp_server.migrate.replay import copies
from lsp_server.migrate.replay.copies import Texts, TooLarge, copy_of_copy, copy_project, lay_over


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name in ("app.py", "instance/a.sqlite", ".git/HEAD", "venv/pyvenv.cfg", "build/x.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, "utf-8")
    return root


def copied(project: Path, texts: Texts | None = None) -> Path:
    target = project.with_name("copy")
    copy_project(project, target, texts or Texts({}))
    return target


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_sources_and_data_are_copied_and_histories_and_environments_are_not(
    project: Path,
) -> None:
    assert names(copied(project)) == {"app.py", "instance/a.sqlite", "build/x.py"}


def test_what_the_editor_has_wins_over_the_disk_byte_for_byte(project: Path) -> None:
    texts = Texts({PurePosixPath("app.py"): "Zoë\r\n漢\n", PurePosixPath("new/b.py"): "x"})
    copy = copied(project, texts)
    assert (copy / "app.py").read_bytes() == "Zoë\r\n漢\n".encode()
    assert (copy / "new/b.py").read_text("utf-8") == "x"


def test_a_file_that_goes_is_gone(project: Path) -> None:
    copy = copied(project)
    lay_over(copy, Texts({PurePosixPath("app.py"): None, PurePosixPath("never.py"): None}))
    assert "app.py" not in names(copy)


def test_a_text_outside_the_copy_is_not_written(project: Path) -> None:
    copy = copied(project)
    lay_over(copy, Texts({PurePosixPath("../evil.py"): "x", PurePosixPath("/evil.py"): "x"}))
    assert not (copy.parent / "evil.py").exists()


def test_writing_through_a_link_does_not_reach_what_it_led_to(project: Path) -> None:
    outside = project.with_name("outside.txt")
    outside.write_text("kept", "utf-8")
    (project / "out").symlink_to(outside)
    (project / "in").symlink_to("app.py")
    (project / "broken").symlink_to("nowhere")
    copy = copied(project)
    (copy / "out").write_text("changed", "utf-8")
    (copy / "in").write_text("changed", "utf-8")
    assert outside.read_text("utf-8") == "kept"
    assert (project / "app.py").read_text("utf-8") == "app.py"
    assert (copy / "app.py").read_text("utf-8") == "changed"


def test_laying_over_a_link_replaces_it(project: Path) -> None:
    outside = project.with_name("outside.py")
    outside.write_text("kept", "utf-8")
    copy = copied(project)
    (copy / "link.py").symlink_to(outside)
    lay_over(copy, Texts({PurePosixPath("link.py"): "changed"}))
    assert outside.read_text("utf-8") == "kept"


def test_a_folder_behind_a_link_that_leads_out_is_not_copied(project: Path) -> None:
    (project / "home").symlink_to(project.parent)
    assert not (copied(project) / "home").exists()


def test_a_project_that_is_too_large_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "MAX_FILES", 2)
    with pytest.raises(TooLarge, match="2 files"):
        copied(project)


def test_a_copy_of_a_copy_is_apart_from_it(project: Path) -> None:
    first = copied(project)
    copy_of_copy(first, first.with_name("second"))
    (first / "app.py").write_text("changed", "utf-8")
    assert (first.with_name("second") / "app.py").read_text("utf-8") == "app.py"
