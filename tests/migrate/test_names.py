"""What names refer to, over the modules of a project."""

from pathlib import Path, PurePosixPath

import libcst as cst
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lsp_server.migrate.codebase import codebase
from lsp_server.migrate.names import Codebase, External, Origin, Own
from lsp_server.migrate.source import parsable
from lsp_server.migrate.tree import descendants, rebuilt
from lsp_server.migrate.workspace import Workspace


def code_of(files_below: dict[str, str] | None = None, **texts: str) -> Codebase:
    texts = {**(files_below or {}), **texts}
    files = {PurePosixPath(f"{name}.py"): text for name, text in texts.items()}
    return codebase(Workspace(Path("/project"), files))


def origins(code: Codebase, path: str, expression: str) -> tuple[Origin, ...]:
    """What the last place of an expression in a module refers to."""
    source = code.sources[PurePosixPath(path)]
    wanted = cst.Module([]).code_for_node(cst.parse_expression(expression))
    found = [
        node
        for node in descendants(source.tree)
        if isinstance(node, cst.Name | cst.Attribute)
        and cst.Module([]).code_for_node(node) == wanted
        and (node in source.facts.loads or isinstance(node, cst.Attribute))
    ]
    return code.origins(source, found[-1])


@pytest.mark.parametrize(
    "text, expression, name",
    [
        ("import flask\nflask.request", "flask.request", "flask.request"),
        ("import flask as f\nf.request.args", "f.request.args", "flask.request.args"),
        ("import a.b\na.b.c", "a.b.c", "a.b.c"),
        ("import a.b as c\nc.d", "c.d", "a.b.d"),
        ("from flask import request as r\nr", "r", "flask.request"),
        ("from flask import views\nviews.View", "views.View", "flask.views.View"),
        ("from flask import *\nrequest", "request", "flask.request"),
        ("def f():\n    from flask import g\n    return lambda: g", "g", "flask.g"),
        ("from flask import g\nclass A:\n    g = 1\n    def f(self): return g", "g", "flask.g"),
        ("from flask import g\nx = [g for _ in ()]", "g", "flask.g"),
        ("from flask import g\ndef f(x=g): ...", "g", "flask.g"),
        ("from .flask import g\ng", "g", ".flask.g"),
    ],
)
def test_names_of_libraries(text: str, expression: str, name: str) -> None:
    assert origins(code_of(m=text), "m.py", expression) == (External(name),)


@pytest.mark.parametrize(
    "text, expression",
    [
        ("from flask import g\ndef f(g): return g", "g"),
        ("from flask import g\ndef f():\n    g = 1\n    return g", "g"),
        ("from flask import g\nx = [g for g in ()]", "g"),
        ("from flask import g\nf = lambda g: g", "g"),
        ("from flask import g\ndef f():\n    for g in (): g", "g"),
        ("from flask import g\ndef f():\n    with x as g: g", "g"),
        ("from flask import g\ndef f():\n    try: ...\n    except E as g: g", "g"),
        ("from flask import g\ndef f():\n    (h, g), *i = x\n    return g", "g"),
        ("from flask import g\ndef f():\n    if (g := 1): g", "g"),
    ],
)
def test_a_local_name_is_none_of_a_librarys(text: str, expression: str) -> None:
    assert origins(code_of(m=text), "m.py", expression) == ()


def test_every_binding_counts() -> None:
    text = "try:\n    from a import x\nexcept ImportError:\n    from b import x\nx"
    assert origins(code_of(m=text), "m.py", "x") == (External("a.x"), External("b.x"))


def test_a_global_declaration_binds_in_the_module() -> None:
    code = code_of(
        m="def f():\n    global db\n    db = 1\n    return db\n", n="from m import db\ndb"
    )
    assert origins(code, "n.py", "db") == (Own(PurePosixPath("m.py"), "db"),)


def test_re_exports_are_followed_to_the_definition() -> None:
    code = code_of(
        {
            "shop/__init__": "from .extensions import *\nfrom . import models as tables",
            "shop/extensions": "from .base import db as database",
            "shop/base": "db = make()",
            "shop/models": "from . import database\nclass User(database.Model): ...",
        },
        run="import shop\nfrom shop import tables\nshop.database\ntables.User",
    )
    assert origins(code, "shop/models.py", "database") == (
        Own(PurePosixPath("shop/base.py"), "db"),
    )
    assert origins(code, "run.py", "shop.database") == (Own(PurePosixPath("shop/base.py"), "db"),)
    models = PurePosixPath("shop/models.py")
    assert origins(code, "run.py", "tables.User") == (Own(models, "User"),)
    assert origins(code, "shop/models.py", "database.Model") == (
        Own(PurePosixPath("shop/base.py"), "db.Model"),
    )


def test_circles_of_re_exports_end() -> None:
    code = code_of(a="from b import x\nfrom b import *\nx\ny", b="from a import x\nfrom a import *")
    assert origins(code, "a.py", "x") == ()
    assert origins(code, "a.py", "y") == ()
    assert not code.takers(PurePosixPath("a.py"), "z")


def test_folders_without_init_and_roots_below_the_project() -> None:
    code = code_of(
        {
            "backend/app": "from models import db\nfrom views.home import bp\ndb\nbp",
            "backend/models": "db = 1",
            "backend/views/home": "bp = 1",
            "src/shop/__init__": "x = 1",
            "tests/test_shop": "from shop import x\nx",
        }
    )
    assert origins(code, "backend/app.py", "db") == (Own(PurePosixPath("backend/models.py"), "db"),)
    home = PurePosixPath("backend/views/home.py")
    assert origins(code, "backend/app.py", "bp") == (Own(home, "bp"),)
    shop = PurePosixPath("src/shop/__init__.py")
    assert origins(code, "tests/test_shop.py", "x") == (Own(shop, "x"),)


def test_a_module_that_imports_its_own_name_means_a_library() -> None:
    texts = {
        "shop/__init__": "from shop.ext import celery",
        "shop/ext/__init__": "",
        "shop/ext/celery": "from celery import Celery\nCelery",
        "shop/ext/worker": "from celery.app import base\nimport celery\nbase",
    }
    code = code_of(texts)
    assert PurePosixPath("shop/ext") not in code.roots
    assert origins(code, "shop/ext/celery.py", "Celery") == (External("celery.Celery"),)


def test_a_module_named_as_one_of_the_standard_library_makes_its_folder_no_root() -> None:
    code = code_of(
        {
            "shop/__init__": "from shop.common.logging import start\nstart()",
            "shop/common/__init__": "",
            "shop/common/logging": "import logging\ndef start(): logging.debug('')",
        }
    )
    assert code.roots == (PurePosixPath(),)


@pytest.mark.parametrize(
    "text",
    [
        "print 'x'", "x = " + "(" * 5_000, "a" + ".b" * 3_000, "x = 1" + "+1" * 600,
        "x = " + "lambda:" * 3_000 + "1", "x = " + "1 if 1 else " * 3_000 + "1", "x = '\0'\0",
        "if 1: pass\n" + "elif 1: pass\n" * 3_000,
    ],
)  # fmt: skip
def test_what_does_not_parse_or_nests_too_deeply_is_told(text: str) -> None:
    code = code_of(a=text, b="x = 1")
    assert set(code.unparsed) == {PurePosixPath("a.py")}
    assert set(code.sources) == {PurePosixPath("b.py")}


@given(st.text(alphabet="ab(): \n\t\f\r#'\"中=[]{},.", max_size=60))
@example("\t\fa")
@example("if a:\n  b\n \f\f  b\n")
def test_what_parses_comes_back_as_it_was(text: str) -> None:
    code = code_of(m=text)
    for source in code.sources.values():
        assert rebuilt(source.tree, {}, {}) is source.tree
        assert source.tree.code == parsable(text)


def test_lines_are_those_of_the_statement() -> None:
    text = (
        "import a; import b\n\n@a(\n    1)\n@b\ndef f():\n    try: c\n    except d: e\n    else:\n"
        "        if g: h\n        elif i: j\n        else: k\n    finally: l\n"
        "match m:\n    case 1: n\nfor o in p:\n    with q: r\nelse: s\n"
    )
    source = code_of(m=text).sources[PurePosixPath("m.py")]
    lines = {
        name.value: source.line(name)
        for name in source.facts.loads
        if name.value in "abcdeghijklmnpqrs"
    }
    assert lines == {
        **{"a": 3, "b": 5, "c": 7, "d": 8, "e": 8, "g": 10, "h": 10, "i": 11, "j": 11, "k": 12},
        **{"l": 13, "m": 14, "n": 15, "p": 16, "q": 17, "r": 17, "s": 18},
    }
