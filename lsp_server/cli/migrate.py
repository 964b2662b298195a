"""`penna run migrateToFastApi FOLDER|FILE[:A-B]`: the migration without an editor.

The diff is shown, or the files are written with a way back. Exit code 0: finished. 1: it failed,
and nothing was written. 2: there is nothing to migrate.
"""

import argparse
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.migrate.migration import Migration
    from lsp_server.migrate.plan import Options
    from lsp_server.migrate.verdict import Checked
    from lsp_server.migrate.workspace import Workspace

ACTION = "migrateToFastApi"
NOTHING_TO_DO = 2
HELPER = "flask_compat"
FAILED = "{sentence} Nothing was written; look at the report, or give --no-checks to write anyway."


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that only this action has."""
    group = parser.add_argument_group(f"for {ACTION}")
    group.add_argument(
        "--report", metavar="FILE", help="write the plan and the report to a file; - prints it"
    )
    group.add_argument(
        "--helper-name", metavar="NAME", default=HELPER, help=f"the new module ({HELPER})"
    )
    group.add_argument(
        "--tests",
        choices=("keep", "rewrite"),
        default="keep",
        help="keep: they run with Penna's pytest plugin (default); rewrite: they use the helper",
    )
    group.add_argument(
        "--allow-dirty", action="store_true", help="write to files that are not committed, too"
    )
    group.add_argument(
        "--trust",
        action="store_true",
        help="run the project's code for the checks; kept for next time",
    )
    group.add_argument("--no-checks", action="store_true", help="check nothing")


def run(args: argparse.Namespace) -> int:
    """Carry the migration out as the arguments say; the exit code."""
    from lsp_server.migrate.migration import migrate
    from lsp_server.migrate.workspace import read

    root, options = _chosen(args)
    workspace = read(root)
    migration = migrate(workspace, options)
    if migration.is_empty:
        print(f"penna: {migration.nothing}", file=sys.stderr)
        _report(args, migration.report)
        return NOTHING_TO_DO
    checked = None if args.no_checks else _checked(args, workspace, migration)
    for warning in migration.warnings:
        print(f"{warning.path}:{warning.line}: {warning.sentence}", file=sys.stderr)
    _report(args, migration.report + (f"\n{checked.markdown()}" if checked else ""))
    if args.write:
        if checked is not None and not checked.holds:
            print(checked.markdown(), file=sys.stderr)
            print(f"penna: {FAILED.format(sentence=checked.sentence)}", file=sys.stderr)
            return 1
        _write(args, workspace, migration)
    elif args.diff or not args.report:
        _show(workspace, migration)
    if checked is not None:
        print(checked.sentence, file=sys.stderr)
    return 0 if checked is None or checked.holds else 1


def _chosen(args: argparse.Namespace) -> tuple[Path, "Options"]:
    """The project's root, and what of it is to be migrated."""
    from lsp_server.cli.run import place_of, root_of
    from lsp_server.errors import OfferError
    from lsp_server.migrate.plan import Options

    place = place_of(args.place)
    rewrite = args.tests == "rewrite"
    if not args.helper_name.isidentifier():
        raise OfferError(f"{args.helper_name!r} is no name for a module; give one like {HELPER}.")
    if place.path.is_dir():
        return place.path, Options(None, args.helper_name, rewrite)
    if not place.path.is_file():
        raise OfferError(f"{place.path} is not there; name a folder or a file.")
    root = root_of(place.path)
    inside = PurePosixPath(place.path.relative_to(root).as_posix())
    lines = None if place.first is None else (place.first, place.last or place.first)
    return root, Options(frozenset({inside}), args.helper_name, rewrite, lines)


def _checked(args: argparse.Namespace, workspace: "Workspace", migration: "Migration") -> "Checked":
    """Run the checks; those that run the project's code only where the user trusts it."""
    from lsp_server.cli.trusting import is_trusted
    from lsp_server.migrate.checking import How, check, of_migration

    trusted = is_trusted(workspace.root, args.trust)
    return check(of_migration(workspace, migration), How(trusted, tell=_tell))


def _tell(stage: str) -> None:
    print(f"penna: {stage}", file=sys.stderr)


def _write(args: argparse.Namespace, workspace: "Workspace", migration: "Migration") -> None:
    import platformdirs

    from lsp_server.cli.way_back import Files, write_files

    files = Files(workspace.root, workspace.files, migration.changed, migration.created)
    backups = platformdirs.user_state_path("penna", appauthor=False) / "backups"
    way_back = write_files(files, allow_dirty=args.allow_dirty, backups=backups)
    for path in sorted({**migration.changed, **migration.created}):
        print(f"Written: {workspace.root / path}")
    print(way_back)


def _show(workspace: "Workspace", migration: "Migration") -> None:
    from lsp_server.cli.diffs import unified_diff

    for path, text in sorted({**migration.changed, **migration.created}.items()):
        before = workspace.files[path] if path in migration.changed else None
        sys.stdout.write(unified_diff(path, before, text))


def _report(args: argparse.Namespace, report: str) -> None:
    from lsp_server.errors import EditRefused
    from lsp_server.file_page import UNWRITABLE, replace_file

    if args.report == "-":
        sys.stdout.write(report)
    elif args.report:
        path = Path(args.report)
        try:
            replace_file(path, report)
        except OSError as error:
            reason = error.strerror or error
            raise EditRefused(UNWRITABLE.format(path=path, reason=reason)) from error
