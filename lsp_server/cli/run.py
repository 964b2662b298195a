"""penna run: the same job without an editor, on a file; for scripts and for trying things.

What an action writes into files is shown as a diff, or written with `--write`; what it tells
(an explanation) is printed. Exit code 0: finished. 1: it failed, and nothing was written. 2: the
action has nothing to do there.
"""

import argparse
import asyncio
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.cli import migrate

if TYPE_CHECKING:
    from lsp_server.actions.offer import Action, Context, Offer
    from lsp_server.project.workspace import Project
    from lsp_server.settings import Settings, Style
    from lsp_server.text import Snapshot, Span

PLACE = re.compile(r"^(?P<path>.+?)(?::(?P<first>\d+)(?:-(?P<last>\d+))?)?$")
NOTHING_TO_DO = 2
ROOT_MARKERS = (".git", ".hg", "pyproject.toml", "package.json", "go.mod", "Cargo.toml", "pom.xml")


@dataclass(frozen=True, slots=True)
class Place:
    """Lines count from 1; None where no line was given."""

    path: Path
    first: int | None
    last: int | None


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("run", help="carry out one action on a file, without an editor")
    parser.add_argument("action", help="its name: explain, draftDocs, generateTests, ...")
    parser.add_argument("place", metavar="FILE[:LINE[-LINE]]", help="or a folder to migrate")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--diff", action="store_true", help="show what would change (default)")
    shown.add_argument("--write", action="store_true", help="write it into the files")
    parser.add_argument("--instruction", metavar="TEXT", help="what is to be done")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--model", metavar="GGUF", help="a model's file or its catalogue name")
    parser.add_argument("--base-url", metavar="URL", help="an OpenAI-compatible server to use")
    migrate.add_options(parser)


def run(args: argparse.Namespace) -> int:
    if args.action == migrate.ACTION:
        return migrate.run(args)
    from lsp_server.actions.menu import ACTIONS
    from lsp_server.errors import OfferError
    from lsp_server.settings import load

    action = next((action for action in ACTIONS if action.id == args.action), None)
    if action is None:
        names = ", ".join([*(action.id for action in ACTIONS), migrate.ACTION])
        raise OfferError(f"There is no action named {args.action!r}; the names are {names}.")
    place = place_of(args.place)
    given = {"model": args.model, "base_url": args.base_url}
    options = {name: value for name, value in given.items() if value is not None}
    settings, messages = load(options, root_of(place.path))
    for message in messages:
        print(f"penna: {message}", file=sys.stderr)
    return asyncio.run(_carry_out(args, action, place, settings))


async def _carry_out(
    args: argparse.Namespace, action: "Action", place: Place, settings: "Settings"
) -> int:
    from lsp_server.cli.report import Stages, show
    from lsp_server.file_desk import FileDesk
    from lsp_server.file_page import FilePage
    from lsp_server.job import Job
    from lsp_server.model.choose import Models
    from lsp_server.outcome import Finished
    from lsp_server.policy import Policy
    from lsp_server.project.workspace import Project

    snapshot = _read(place.path)
    project = Project(root_of(place.path), {})
    context = _context(snapshot, place, project, settings.style, args.instruction)
    offer = _offer(action, context)
    if isinstance(offer, str):
        print(f"penna: {offer}", file=sys.stderr)
        return NOTHING_TO_DO
    desk = FileDesk(project, FilePage(snapshot, place.path))
    job = Job(offer, snapshot, desk, Models().get(settings), Policy.of(settings))
    with Stages() as stages:
        job.on_stage = stages.tell
        outcome = await job.run()
    written = desk.save() if isinstance(outcome, Finished) and args.write else []
    show(args.json, action, outcome, desk, written)
    return 0 if isinstance(outcome, Finished) else 1


def place_of(given: str) -> Place:
    """What `FILE:LINE-LINE` names."""
    found = PLACE.match(given)
    assert found is not None, "every text but the empty one is a place"
    first, last = found["first"], found["last"]
    path = Path(found["path"])
    if first and not path.exists() and Path(given).exists():
        return Place(Path(given).absolute(), None, None)
    numbers = [int(number) if number else None for number in (first, last)]
    return Place(path.absolute(), numbers[0], numbers[1])


def _read(path: Path) -> "Snapshot":
    from lsp_server.errors import OfferError
    from lsp_server.languages import language_of
    from lsp_server.text import Snapshot

    try:
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
    except UnicodeDecodeError:
        raise OfferError(f"{path} is not UTF-8; convert it first.") from None
    except OSError as error:
        raise OfferError(f"{path} cannot be read: {error.strerror}.") from error
    return Snapshot(path.as_uri(), 0, language_of(path), text)


def _selection(snapshot: "Snapshot", place: Place) -> "Span":
    """The whole file without a line; a cursor at one line's code; else the lines."""
    from lsp_server.errors import OfferError
    from lsp_server.text import Span

    if place.first is None:
        return Span(0, len(snapshot.text))
    n = len(snapshot.line_starts)
    last = place.last or place.first
    if not 1 <= place.first <= last <= n:
        raise OfferError(f"{place.path} has lines 1 to {n}; name lines among them.")
    line = snapshot.line_span(place.first - 1)
    if place.last is None:
        content = line.of(snapshot.text)
        at = line.start + len(content) - len(content.lstrip())
        return Span(min(at, line.end), min(at, line.end))
    return Span(line.start, snapshot.line_span(last - 1).end)


def _context(
    snapshot: "Snapshot", place: Place, project: "Project", style: "Style", told: str | None
) -> "Context":
    from lsp_server.actions.offer import Context

    return Context(snapshot, _selection(snapshot, place), project, style, (), told)


def _offer(action: "Action", context: "Context") -> "Offer | str":
    """The offer, or why there is none."""
    from lsp_server.actions.offer import Disabled, ProjectOffer

    offer = action.offer(context)
    if isinstance(offer, Disabled):
        return offer.reason["en"]
    if isinstance(offer, ProjectOffer):
        return "Here a file is named: penna run migrateToFastApi FILE."
    return offer or f"{action.id} has nothing to do there; name other lines."


def root_of(path: Path) -> Path:
    """The nearest folder above that looks like a project's, else the file's own."""
    for folder in path.parents:
        if any((folder / marker).exists() for marker in ROOT_MARKERS):
            return folder
    return path.parent
