"""Every case of every rule: what it makes of a project, and that it makes nothing of that."""

import ast
import tomllib
from pathlib import Path, PurePosixPath

import pytest

from lsp_server.migrate import rules
from lsp_server.migrate.flask_names import EXPORTS
from lsp_server.migrate.plan import Options, make_plan
from lsp_server.migrate.profile import Profile
from lsp_server.migrate.rules import Codemod
from lsp_server.migrate.workspace import Workspace
from tests import cases
from tests.cases import Case

FOLDER = Path(__file__).parent
PAGES = sorted(FOLDER.glob("*.md"))
CASES = [(page.stem, case) for page in PAGES for case in cases.load(page)]
# Made up, so that the cases do not hang on what the real profiles hold.
LOGIN = Profile(
    "flask-login",
    ("flask_login",),
    {
        "flask_login.current_user": "current_user",
        "flask_login.login_required": "login_required",
        "flask_login.utils.login_required": "login_required",
        "flask_login.LoginManager": "LoginManager",
    },
    ("lsp_server.migrate.profiles.login.pieces",),
    (),
    {"flask_login.mixins": "It is private."},
)
RESTFUL = Profile(
    "flask-restful",
    ("flask_restful",),
    {
        "flask_restful.Api": "RestfulApi",
        "flask_restful.fields": "RestfulFields",
        "flask_restful.fields.String": "RestfulString",
    },
    ("lsp_server.migrate.profiles.restful.pieces",),
    (),
    {},
)
PROFILES = (LOGIN, RESTFUL)


def workspace_of(case: Case) -> Workspace:
    """The files before; a block without a path is `app.py`."""
    texts = {
        PurePosixPath(block.path or "app.py"): block.text
        for block in case.blocks
        if block.kind in ("before", "file")
    }
    return Workspace(Path("/project"), texts)


def migrated(workspace: Workspace, case: Case | None = None) -> Codemod:
    given = tomllib.loads((case.text("options") if case else None) or "")
    files = given.pop("files", None)
    chosen = frozenset(map(PurePosixPath, files)) if files is not None else None
    plan = make_plan(workspace, Options(files=chosen, **given), PROFILES)
    return rules.apply(workspace, plan)


def told(codemod: Codemod) -> str:
    lines = (f"{each.path}:{each.line}: {each.sentence}\n" for each in codemod.warnings)
    return "".join(lines)


@pytest.mark.parametrize("page, case", CASES, ids=[f"{page}: {case.name}" for page, case in CASES])
def test_a_case_becomes_what_it_says(page: str, case: Case) -> None:
    workspace = workspace_of(case)
    codemod = migrated(workspace, case)
    expected = {
        PurePosixPath(block.path or "app.py"): block.text
        for block in case.blocks
        if block.kind == "after"
    }
    assert dict(codemod.files) == expected
    assert told(codemod) == (case.text("warnings") or "")
    for path, text in codemod.files.items():
        ast.parse(text.removeprefix("\ufeff"), str(path))


@pytest.mark.parametrize("page, case", CASES, ids=[f"{page}: {case.name}" for page, case in CASES])
def test_a_migrated_case_stays_as_it_is(page: str, case: Case) -> None:
    workspace = workspace_of(case)
    first = migrated(workspace, case)
    after = Workspace(workspace.root, {**workspace.files, **first.files})
    assert dict(migrated(after, case).files) == {}


@pytest.mark.parametrize("page", [page.stem for page in PAGES])
def test_a_page_begins_with_what_its_rule_leaves_alone(page: str) -> None:
    first = next(case for name, case in CASES if name == page)
    assert not any(block.kind in ("after", "warnings") for block in first.blocks)


def test_every_rule_has_its_page() -> None:
    names = {rule.__module__.rpartition(".")[2] for rule in rules.RULES}
    assert names <= {page.stem for page in PAGES}


def test_what_is_imported_is_what_the_helper_has() -> None:
    names = {
        "flask_beside",
        *EXPORTS.values(),
        *(name for each in PROFILES for name in each.exports.values()),
    }
    for _, case in CASES:
        assert migrated(workspace_of(case), case).imported <= names
