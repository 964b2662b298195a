"""The docstring style that a project has."""

from pathlib import Path

import pytest

from lsp_server.project.docstrings import detect_style
from lsp_server.project.workspace import Project
from tests.project.tree import project

GOOGLE = 'def f(a):\n    """Adds.\n\n    Args:\n        a: One.\n    """\n'
NUMPY = 'def f(a):\n    """Adds.\n\n    Parameters\n    ----------\n    a : int\n    """\n'
SPHINX = 'def f(a):\n    """Adds.\n\n    :param a: One.\n    """\n'
PLAIN = 'def f(a):\n    """Adds: a note."""\n'


@pytest.mark.parametrize(
    ("text", "style"),
    [(GOOGLE, "google"), (NUMPY, "numpy"), (SPHINX, "sphinx"), (PLAIN, "google"), ("", "google")],
)
def test_the_file_itself_tells_its_style(text: str, style: str) -> None:
    assert detect_style(Project(None), "python", text) == style
    assert detect_style(Project(None), "python", text.replace("\n", "\r\n")) == style


def test_the_most_common_style_wins() -> None:
    assert detect_style(Project(None), "python", GOOGLE + SPHINX + SPHINX) == "sphinx"


def test_files_beside_it_tell_where_the_file_does_not(tmp_path: Path) -> None:
    found = project(tmp_path, {"a.py": GOOGLE, "b.py": GOOGLE, "p/x.py": NUMPY, "p/y.py": PLAIN})
    assert detect_style(found, "python", PLAIN, tmp_path.resolve() / "p" / "y.py") in {
        "google", "numpy",
    }  # fmt: skip
    assert detect_style(found, "python", PLAIN) == "google"


def test_neighbours_in_the_folder_outweigh_the_rest(tmp_path: Path) -> None:
    files = {f"p/{name}.py": NUMPY for name in "abc"} | {"z.py": GOOGLE}
    path = tmp_path.resolve() / "p" / "new.py"
    assert detect_style(project(tmp_path, files), "python", "", path) == "numpy"


def test_other_languages_have_no_style() -> None:
    assert detect_style(Project(None), "go", SPHINX) == "google"
