"""penna demo, as a user starts it: with no terminal, no model, and folders of its own."""

import re
import subprocess
import sys
from pathlib import Path

from tests.lsp.server_process import isolated

PATIENCE = 240.0


def demo(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Its temporary folders are made in `home`/tmp."""
    (home / "tmp").mkdir(parents=True)
    environment = isolated(home / "home") | {"TMPDIR": str(home / "tmp")}
    command = [sys.executable, "-m", "lsp_server", "demo", *options]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_without_a_model_it_shows_drafts_and_a_rehearsal_and_all_holds(tmp_path: Path) -> None:
    done = demo(tmp_path, "--fast")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    drafts, rehearsal = done.stdout.split("Rehearsal: the replies are known beforehand")
    assert "penna model pull" in drafts
    for title in ("Explain:", "Draft docs:", "Generate tests:"):
        assert f"== {title}" in drafts
        assert f"== {title}" in rehearsal
    for title in ("Generate code", "editSelection", "Fix"):
        assert f"== {title}" in rehearsal
    assert "FAIL" not in done.stdout
    assert re.search(r"tests, after all that was written: \d+ passed", done.stdout)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", done.stdout), "plain text for a log"
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_rehearsals_first_line_says_that_the_replies_are_known(tmp_path: Path) -> None:
    done = demo(tmp_path, "--rehearsal", "--fast", "--only", "fix")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the replies are known beforehand" in done.stdout.strip().splitlines()[0]


def test_a_project_of_ones_own_is_copied_and_stays_as_it_was(tmp_path: Path) -> None:
    project = tmp_path / "my project"
    project.mkdir()
    source = project / "面积.py"
    lines = [f"    total += width * {n}  # 第 {n} 行" for n in range(20)]
    source.write_text(
        "\n".join(["def area(width):", "    total = 0", *lines, "    return total\n"])
    )
    before = source.read_bytes()
    done = demo(tmp_path / "home", str(project), "--fast")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Explain: 面积.py" in done.stdout
    assert "Draft docs: 面积.py" in done.stdout
    assert source.read_bytes() == before
    assert list(project.iterdir()) == [source]


def test_what_cannot_be_shown_is_said_in_one_sentence(tmp_path: Path) -> None:
    nowhere = demo(tmp_path / "a", str(tmp_path / "nowhere"))
    assert (nowhere.returncode, nowhere.stdout) == (1, "")
    assert "is no folder" in nowhere.stderr
    both = demo(tmp_path / "b", str(tmp_path), "--rehearsal")
    assert both.returncode == 1
    assert "example project alone" in both.stderr
    (tmp_path / "empty").mkdir()
    empty = demo(tmp_path / "c", str(tmp_path / "empty"))
    assert empty.returncode == 1
    assert "nothing to show" in empty.stdout
