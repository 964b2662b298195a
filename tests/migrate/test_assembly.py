"""The helper file: what is kept, in which order, and what its comment knows."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lsp_server.errors import MigrationError
from lsp_server.migrate.assembly import assemble
from lsp_server.migrate.assembly.corpus import Corpus, clashes, corpus_of, read_corpus
from lsp_server.migrate.assembly.imports import import_block
from lsp_server.migrate.assembly.layout import layout
from lsp_server.migrate.assembly.pieces import Imported, parse_module
from lsp_server.migrate.assembly.references import free_names
from lsp_server.migrate.assembly.shake import shake
from lsp_server.migrate.assembly.stamp import PLACE, read_stamp, stamped
from lsp_server.migrate.flask_names import EXPORTS
from lsp_server.migrate.profiles import PROFILES
from tests.migrate.library_members import library_bases, members

R = "lsp_server.migrate.runtime"

BASE = '''"""Boxes: they hold things.

More about them.
"""

from __future__ import annotations

import json
import os.path
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

# What a box may hold.
LIMIT = 3
UNUSED = os.path.sep


def helper(box: Box) -> Decimal:
    from decimal import Decimal as Number

    return Number(box.size)


class Box(dict):
    """Holds."""

    color = "red"

    def __init__(self) -> None:
        self.items_ = [LIMIT]

    # Why: because.
    @property
    def size(self) -> int:
        return len(self.items_)

    @size.setter
    def size(self, value: int) -> None:
        raise ValueError(value)

    def weigh(self) -> Decimal:
        """Calls `never_called`."""
        return helper(self)

    def as_json(self) -> str:
        return json.dumps(self.items_)

    def copy(self) -> Box:
        return self

    def never_called(self) -> Iterator[int]:
        yield UNUSED

    def on_event(self) -> None:  # called by the loop
        pass

    shown = as_json
'''

APP = f'''"""Apps."""

from {R}.base import LIMIT, Box


class App(Box):
    def run(self, box: str = "x") -> str:
        from {R}.base import helper

        return helper(self)

    def idle(self) -> None:
        return None


class Empty(App):
    def only(self) -> None: ...


App.flag = LIMIT
'''


def corpus() -> Corpus:
    return corpus_of([parse_module(f"{R}.base", BASE), parse_module(f"{R}.app", APP)])


def assembled(names: set[str], words: set[str] = frozenset()) -> str:  # type: ignore[assignment]
    made = corpus()
    return layout(made, shake(made, names, frozenset(words)), PLACE.rstrip("\n"))


def defined(text: str) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


def test_a_definition_that_is_not_reached_is_left_out() -> None:
    text = assembled({"LIMIT"})
    assert "# What a box may hold.\nLIMIT = 3\n" in text
    assert defined(text) == set()
    assert "import json" not in text and "UNUSED" not in text


def test_a_method_is_kept_when_its_name_is_a_word_of_the_project() -> None:
    kept = defined(assembled({"Box"}, {"weigh"}))
    assert kept == {"Box", "__init__", "size", "weigh", "helper", "copy", "on_event"}


def test_a_property_is_kept_with_its_setter_and_the_comment_above() -> None:
    text = assembled({"Box"}, {"size"})
    assert text.count("def size") == 2
    assert "    # Why: because.\n    @property\n" in text


def test_what_a_library_calls_is_kept_and_what_a_comment_says_is_called() -> None:
    kept = defined(assembled({"Box"}))
    assert {"copy", "on_event"} <= kept  # dict has copy
    assert "never_called" not in kept


def test_a_word_of_a_docstring_keeps_nothing() -> None:
    assert "never_called" not in defined(assembled({"Box"}, {"weigh"}))


def test_another_name_for_a_method_is_left_out_unless_it_is_used() -> None:
    assert "shown" not in assembled({"Box"})
    text = assembled({"Box"}, {"shown"})
    assert "    shown = as_json\n" in text and "def as_json" in text


def test_an_import_of_a_piece_inside_a_function_is_dropped_and_followed() -> None:
    text = assembled({"App"}, {"run"})
    assert "lsp_server" not in text
    assert "def helper" in text
    compile(text, "helper", "exec")


def test_a_class_without_anything_left_has_a_pass() -> None:
    assert "class Empty(App):\n    pass\n" in assembled({"Empty"})


def test_an_assignment_to_an_attribute_goes_with_its_class() -> None:
    assert "App.flag = LIMIT" in assembled({"App"})
    assert "App.flag" not in assembled({"Box"})


def test_an_import_for_types_stays_one() -> None:
    text = assembled({"helper"})
    assert "if TYPE_CHECKING:\n    from decimal import Decimal\n" in text
    assert text.index("from __future__") < text.index("if TYPE_CHECKING")


def test_a_name_that_no_piece_has_is_told() -> None:
    with pytest.raises(MigrationError, match="There are no definitions for Nothing;"):
        assembled({"Nothing"})


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("def f(session): return session", set()),
        ("def f(): return session", {"session"}),
        ("def f():\n    session = 1\n    def g(): return session\n    return g", set()),
        ("def f():\n    global n\n    n = 1\n    return n", {"n"}),
        ("class C:\n    f = staticmethod(f)\n    n: int = 0", {"staticmethod", "f", "int"}),
        ("def f(x: 'A | None' = d) -> 'list[B]': ...", {"A", "d", "list", "B"}),
        ("x: 'Literal[\"a b\"]' = 1", {"Literal"}),
        ("y = [a for a in b if a]", {"b"}),
        ("y = cast('T', v)", {"cast", "T", "v"}),
        ("class C(B):\n    z = 1\n    w = z\n    def f(self): return z", {"B", "z"}),
        ("try:\n    pass\nexcept E as e:\n    print(e)", {"E", "print", "e"}),
        ("f = lambda q, *r, s=t: q + r + s + u", {"t", "u"}),
    ],
)
def test_free_names_are_resolved_by_scope(code: str, names: set[str]) -> None:
    assert free_names(ast.parse(code).body) == names


def test_imports_are_merged_sorted_and_wrapped() -> None:
    names = [f"name_{number:02}" for number in range(12)]
    block = import_block(
        [
            *(Imported("werkzeug", name, name, False) for name in names),
            Imported("", "json", "json", False),
            Imported("typing", "cast", "cast", False),
            Imported("typing", "Any", "Any", True),
            Imported("typing", "Any", "Any", False),
        ]
    )
    assert block.startswith(
        "from __future__ import annotations\n\nimport json\nfrom typing import Any, cast\n\n"
        "from werkzeug import (\n    name_00,\n"
    )
    assert max(map(len, block.splitlines())) <= 88


def test_two_meanings_of_one_name_are_told() -> None:
    with pytest.raises(MigrationError, match="different things as t;"):
        import_block([Imported("", "typing", "t", False), Imported("", "time", "t", False)])


def test_a_stamp_knows_its_pieces_and_whether_the_file_was_changed() -> None:
    names = {f"Name{number}" for number in range(40)}
    text = stamped(f'"""Doc."""\n\n{PLACE}\nimport os\n', names)
    stamp = read_stamp(text)
    assert stamp is not None and stamp.pieces == names and stamp.is_unchanged
    in_windows = read_stamp(text.replace("\n", "\r\n"))
    assert in_windows is not None and in_windows.is_unchanged
    changed = read_stamp(text + "x = 1\n")
    assert changed is not None and not changed.is_unchanged and changed.pieces == names
    assert read_stamp("import os\n") is None


# The real pieces.

ALL = sorted({*EXPORTS.values(), *(name for p in PROFILES for name in p.exports.values())})


def available() -> list[str]:
    definitions = read_corpus(PROFILES).definitions
    return [name for name in ALL if name in definitions]


def test_no_two_pieces_have_one_name() -> None:
    assert list(clashes(read_corpus(PROFILES))) == []


def test_every_name_that_is_exported_has_a_piece() -> None:
    assert sorted(set(ALL) - set(available())) == []


def test_the_table_knows_what_the_installed_libraries_have() -> None:
    from lsp_server.migrate.assembly.library_members import members_of_library_class

    for base in sorted(library_bases(read_corpus(PROFILES))):
        known = members_of_library_class(base)
        assert known is not None, f"{base}: run python -m tests.migrate.library_members"
        assert set(members(base)) - known == set(), base


@pytest.mark.parametrize("name", ["App", "jsonify", "session", "everything"])
def test_a_helper_passes_ruff_and_is_imported_without_penna(tmp_path: Path, name: str) -> None:
    names = set(available()) if name == "everything" else {name}
    helper = assemble(names, frozenset(), PROFILES)
    path = tmp_path / "flask_compat.py"
    path.write_text(helper.text, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", str(path)]
    linted = subprocess.run(ruff, capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout
    code = (
        "import sys\n"
        "sys.modules.update({n: None for n in ('lsp_server', 'flask')})\n"
        f"from flask_compat import {', '.join(sorted(names))}\n"
    )
    python = [sys.executable, "-W", "error", "-c", code]
    clean = {**os.environ, "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    imported = subprocess.run(python, cwd=tmp_path, capture_output=True, text=True, env=clean)
    assert imported.returncode == 0, imported.stderr


def test_a_helper_is_the_same_each_time_and_says_what_it_holds() -> None:
    first, second = (
        assemble({"App", "request"}, frozenset()),
        assemble({"request", "App"}, frozenset()),
    )
    assert first == second
    stamp = read_stamp(first.text)
    assert stamp is not None and stamp.pieces == {"App", "request"} and stamp.is_unchanged
    assert re.search(r"^class App\(", first.text, re.MULTILINE)
    assert "How to outgrow it" in (ast.get_docstring(ast.parse(first.text)) or "")


def test_what_is_not_asked_for_is_not_there() -> None:
    small = assemble({"App"}, frozenset())
    whole = assemble(available(), frozenset({"cli"}), PROFILES)
    assert len(small.text) < len(whole.text) / 2
