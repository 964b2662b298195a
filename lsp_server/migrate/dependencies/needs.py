"""What a migrated project needs to have installed, and what it no longer needs.

Flask brought Werkzeug, Jinja and others along, and extensions brought their libraries. What the
helper or the project imports of those has to be declared once Flask is gone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lsp_server.migrate.assembly.imports import libraries
from lsp_server.migrate.dependencies.change import FLASK, Change
from lsp_server.migrate.exports import is_named_for_flask
from lsp_server.migrate.profile import Profile

# By the name that is imported. The versions are the first that have what the helper uses.
KNOWN: Mapping[str, str] = {
    "a2wsgi": "a2wsgi>=1.10",
    "alembic": "alembic>=1.12",
    "aniso8601": "aniso8601>=9",
    "apispec": "apispec>=6",
    "babel": "babel>=2.12",
    "bcrypt": "bcrypt>=4",
    "blinker": "blinker>=1.8",
    "cachelib": "cachelib>=0.10",
    "click": "click>=8.1",
    "email_validator": "email-validator>=2",
    "fastapi": "fastapi>=0.115",
    "itsdangerous": "itsdangerous>=2.1",
    "jinja2": "jinja2>=3.1",
    "jsonschema": "jsonschema>=4",
    "jwt": "pyjwt>=2.8",
    "markupsafe": "markupsafe>=2.1",
    "marshmallow": "marshmallow>=3.18",
    "marshmallow_sqlalchemy": "marshmallow-sqlalchemy>=1",
    "pytz": "pytz",
    "dateutil": "python-dateutil",
    "sqlalchemy": "sqlalchemy>=2",
    "webargs": "webargs>=8",
    "werkzeug": "werkzeug>=3",
    "wtforms": "wtforms>=3",
    "yaml": "pyyaml>=6",
}
ALWAYS = ("fastapi>=0.115", "uvicorn>=0.30")
# What FastAPI and uvicorn bring along; a project that pins an older one would not install.
BROUGHT = (
    "starlette>=0.40",
    "pydantic>=2",
    "typing-extensions>=4.8",
    "anyio>=4",
    "h11>=0.14",
    "idna>=2.8",
)
# Older ones cannot be imported with the helper's Werkzeug.
BESIDE = "flask>=3"


@dataclass(frozen=True, slots=True)
class Uses:
    """What the project's Python files import after the migration, by top-level name."""

    app: frozenset[str]
    tests: frozenset[str]


def uses(files: Mapping[PurePosixPath, str]) -> Uses:
    """The imports of a project's files; of a file that does not parse, none."""
    app: set[str] = set()
    tests: set[str] = set()
    for path, text in files.items():
        if path.suffix == ".py":
            (tests if is_test(path) else app).update(_libraries(text))
    return Uses(frozenset(app - _own_extensions(files)), frozenset(tests))


def _own_extensions(files: Iterable[PurePosixPath]) -> set[str]:
    """Modules of the project that are named as an extension is: `flask_audit.py`."""
    paths = [path for path in files if path.suffix == ".py"]
    names = {path.stem for path in paths} | {part for path in paths for part in path.parts[:-1]}
    return {name for name in names if is_extension(name)}


def is_test(path: PurePosixPath) -> bool:
    """Whether a file is one of the project's tests, by its place or its name."""
    if any(part in ("test", "tests") for part in path.parts[:-1]):
        return True
    return path.name.startswith(("test_", "conftest")) or path.stem.endswith(("_test", "tests"))


def needed_change(
    used: Uses, helper: Iterable[str], profiles: Sequence[Profile], known: Sequence[Profile]
) -> Change:
    """What is declared no longer and what anew.

    Args:
        used: What the migrated project imports.
        helper: What the helper file imports.
        profiles: The extensions that were replaced.
        known: All extensions with a profile: what of them is not imported any more goes.
    """
    helper = frozenset(helper)
    # The helper imports Flask for a library whose name does not tell that it needs it.
    keeps_flask = any(name == FLASK or is_extension(name) for name in {*helper, *used.app})
    remove: set[str] = {
        canonicalize_name(profile.distribution)
        for profile in known
        if not used.app & {module.split(".")[0] for module in profile.modules}
    }
    if not keeps_flask:
        remove.add(FLASK)
    imported = {*helper, *used.app} if not keeps_flask or profiles else {*helper}
    wanted = [*ALWAYS, *(KNOWN[name] for name in sorted(imported & KNOWN.keys()))]
    wanted += [text for profile in profiles for text in profile.dependencies]
    add: dict[str, Requirement] = {
        canonicalize_name(Requirement(text).name): Requirement(text) for text in wanted
    }
    # An extension may be replaced, and still be needed: for macros that templates include, say.
    remove -= add.keys()
    brought = (*BROUGHT, BESIDE) if keeps_flask else BROUGHT
    floors = {Requirement(text).name: Requirement(text) for text in brought}
    return Change(frozenset(remove), add, floors)


def is_extension(name: str) -> bool:
    """Whether an imported top-level name is an extension's, which needs Flask itself."""
    return is_named_for_flask(name) and name not in (FLASK, "flask_compat")


def _libraries(text: str) -> frozenset[str]:
    try:
        return libraries(text)
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
