"""Flask to FastAPI, by rules and without a model: the project, or one file and what goes with it.

The menu only looks whether the file speaks of Flask at all; all else is found out when it is run.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lsp_server.actions.offer import (
    Action,
    Context,
    Disabled,
    ProjectChange,
    ProjectChecked,
    ProjectOffer,
)

if TYPE_CHECKING:
    from lsp_server.migrate.migration import Migration
    from lsp_server.migrate.workspace import Workspace

# An import of Flask or of an extension, also within a function; not one of the helper.
IMPORTS = re.compile(
    r"^[ \t]*(?:from|import)[ \t]+(?!flask_compat\b)(?:flask|flask_\w+)\b",
    re.MULTILINE | re.IGNORECASE,
)
UNSAVED: Mapping[str, str] = {
    "en": "Save the file first: what imports it is found by its name.",
    "zh": "请先保存此文件：需要按文件名查找导入它的代码。",
}
TITLE = "Migration to FastAPI"


def offer_project(context: Context) -> ProjectOffer | Disabled | None:
    return _offer(context, None)


def offer_file(context: Context) -> ProjectOffer | Disabled | None:
    """Of use only where there is more than this file."""
    return _offer(context, context.path) if context.project.root else None


def _offer(context: Context, only: Path | None) -> ProjectOffer | Disabled | None:
    if context.snapshot.language != "python" or not IMPORTS.search(context.snapshot.text):
        return None
    if context.path is None:
        return Disabled(UNSAVED)
    root = context.project.root or context.path.parent
    texts = {**context.project.open_texts, context.path: context.snapshot.text}
    return ProjectOffer(root, TITLE, partial(_work, root, texts, only))


def _work(root: Path, texts: Mapping[Path, str], only: Path | None) -> ProjectChange:
    from lsp_server.migrate.migration import migrate  # with libcst, when it is wanted
    from lsp_server.migrate.plan import Options
    from lsp_server.migrate.workspace import read

    workspace = read(root, texts)
    chosen = None if only is None else frozenset({_inside(only, workspace.root)})
    migration = migrate(workspace, Options(chosen))
    n_files = len(migration.changed)
    files = "1 file" if n_files == 1 else f"{n_files} files"
    changed = {workspace.root / path: text for path, text in migration.changed.items()}
    return ProjectChange(
        workspace.root,
        {path: workspace.files[_inside(path, workspace.root)] for path in changed},
        changed,
        {workspace.root / path: text for path, text in migration.created.items()},
        migration.report,
        migration.nothing
        if migration.is_empty
        else f"Migrated {files} to FastAPI; save them all, and read the report.",
        partial(_check, workspace, migration),
    )


def _inside(path: Path, root: Path) -> PurePosixPath:
    return PurePosixPath(path.resolve().relative_to(root).as_posix())


def _check(
    workspace: "Workspace", migration: "Migration", is_trusted: bool, is_wanted: Callable[[], bool]
) -> ProjectChecked:
    from lsp_server.migrate.checking import How, check, of_migration

    how = How(is_trusted, is_wanted=is_wanted)
    checked = check(of_migration(workspace, migration), how)
    return ProjectChecked(checked.holds, checked.sentence, checked.markdown())


PROJECT = Action(
    "migrateToFastApi",
    {"en": "Migrate the project to FastAPI", "zh": "将项目迁移到 FastAPI"},
    "refactor.rewrite.migrateToFastApi",
    offer_project,
)
FILE = Action(
    "migrateFileToFastApi",
    {
        "en": "Migrate this file to FastAPI; the rest stays on Flask",
        "zh": "将此文件迁移到 FastAPI；其余仍使用 Flask",
    },
    "refactor.rewrite.migrateFileToFastApi",
    offer_file,
)
