"""Every grammar that should load does, and a language without one is told of."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tree_sitter import Parser

from lsp_server.syntax import grammars
from lsp_server.syntax.grammars import LIBRARY_NAMES, WHEELS, grammar, missing

LONG_TAIL = (
    "shellscript", "csharp", "css", "dockerfile", "elixir", "elm", "erlang", "go.mod", "haskell",
    "terraform", "html", "json", "julia", "kotlin", "lua", "makefile", "markdown", "objective-c",
    "ocaml", "perl", "php", "r", "ruby", "scala", "sql", "toml", "yaml",
)  # fmt: skip


@pytest.mark.parametrize("language", WHEELS)
def test_a_language_with_actions_has_its_grammar(language: str) -> None:
    assert grammar(language) is not None


@pytest.mark.parametrize("language", LONG_TAIL)
def test_the_long_tail_parses_through_the_shared_library(language: str) -> None:
    found = grammar(language)
    assert found is not None
    tree = Parser(found).parse("x 中文\n".encode())
    assert tree.root_node.end_byte > 0


def test_all_forty_nine_grammars_of_the_shared_library_load() -> None:
    library = grammars._library()
    assert library is not None
    names = set(
        re.findall(rb"\0tree_sitter_([a-z][a-z_0-9]*)(?=\0)", Path(library._name).read_bytes())
    )
    names = {name for name in names if b"external_scanner" not in name}
    loaded = [name for name in names if grammar(name.decode()) is not None]
    assert len(loaded) == 49
    assert set(LIBRARY_NAMES.values()) <= {name.decode() for name in names}


def test_an_unknown_language_has_none_and_a_sentence() -> None:
    assert grammar("klingon") is None
    assert grammar("../../etc") is None
    assert missing("klingon").endswith(".")


def test_without_the_shared_library_the_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(grammars, "_library", lambda: None)
    assert grammars._from_library("ruby") is None
    assert "install Penna on Python 3.11 or 3.12" in missing("ruby")


def test_importing_the_package_loads_no_grammar() -> None:
    code = (
        "import sys\nfrom lsp_server.syntax import symbols, trees, comments, facts\n"
        "print([name for name in sys.modules if name.startswith('tree_sitter')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout) == []
