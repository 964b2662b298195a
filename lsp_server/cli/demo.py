"""penna demo: watch the real server work, on the example project or on a copy of yours.

Without a model there are two parts: drafts, then a rehearsal with a scripted model; with one, its
replies. Exit code 0: every action finished, and everything that was looked at holds.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.cli.workshop import Workshop, tests_pass, workshop
from lsp_server.errors import OfferError

if TYPE_CHECKING:
    from lsp_server.lsp.demo.scenes import Scene
    from lsp_server.lsp.demo.screen import LiveScreen, PlainScreen

    AnyScreen = LiveScreen | PlainScreen

DRAFTS = "Without a model: drafts, made from the code's structure."
REHEARSAL = (
    "Rehearsal: the replies are known beforehand, a scripted model stands in for the weights; the "
    "host, llama.cpp, the stream, the landing and the checks are real."
)
WITH_MODEL = "With the model {name}: its replies are streamed as it writes them."
HINT = "To see a real model at work: `penna model pull`, then `penna demo` again."
# The scripted model reads its prompts byte by byte. Wider layers make it slow enough to watch.
REHEARSAL_CONTEXT = 32_768
REHEARSAL_WIDTH = 32_768


@dataclass(frozen=True, slots=True)
class _Part:
    """One run of the server: what is said first, what is asked for, and with which settings."""

    says: str
    scenes: "Sequence[Scene]"
    options: Mapping[str, object]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("demo", help="watch the real server work")
    parser.add_argument("folder", nargs="?", type=Path, help="a project of yours, to be copied")
    parser.add_argument("--rehearsal", action="store_true", help="a model whose replies are known")
    parser.add_argument("--plain", action="store_true", help="plain lines on a terminal, too")
    parser.add_argument("--fast", action="store_true", help="no pauses to watch")
    parser.add_argument("--only", metavar="ACTION", help="this action's scenes alone")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="save a picture of the end")


def run(args: argparse.Namespace) -> int:
    if args.folder is not None and args.rehearsal:
        raise OfferError("The rehearsal knows the example project alone; leave out the folder.")
    source = args.folder or examples()
    if not source.is_dir():
        raise OfferError(f"{source} is no folder; name the folder of a project.")
    began, screen = time.monotonic(), _screen(args)
    with workshop(source) as shop:
        # All of them, also where the first does not hold.
        results = [_play(part, shop, screen, args) for part in _parts(args, shop)]
        if args.folder is None:
            results.append(_tests_pass(shop, screen))
    holds = all(results)
    seconds = time.monotonic() - began
    screen.say(f"\n{'Everything holds.' if holds else 'Not everything holds.'} {seconds:.0f} s.")
    if args.svg:
        screen.save(args.svg)
    return 0 if holds else 1


def examples() -> Path:
    """The example project: beside the package in a clone, in it once installed."""
    package = Path(__file__).parents[1]
    for folder in (package / "examples", package.parent / "examples"):
        if (folder / "shop").is_dir():
            return folder / "shop"
    raise OfferError("The example project is not installed; name a folder of your own.")


def _parts(args: argparse.Namespace, shop: Workshop) -> list[_Part]:
    from lsp_server.lsp.demo import scenes

    model = {} if args.rehearsal else _model_of_user()
    asked = scenes.found_in(shop.project) if args.folder else scenes.DRAFTS
    if model:
        played = asked if args.folder else _without_replies()
        name = model.get("model") or model.get("baseUrl")
        return [_Part(WITH_MODEL.format(name=name), played, model)]
    drafts = _Part(DRAFTS, asked, {})
    if args.folder:
        return [drafts]
    rehearsal = _rehearsal(shop, REHEARSAL_WIDTH if not args.fast else 32)
    return [rehearsal] if args.rehearsal else [drafts, rehearsal]


def _model_of_user() -> dict[str, object]:
    """The options that name what the user has chosen; empty when that is nothing."""
    from lsp_server.model.choose import Models
    from lsp_server.model.store import user_store
    from lsp_server.settings import load

    settings, _ = load({})
    if not Models().known(settings):
        return {}
    if settings.base_url:
        key = {"apiKeyFile": settings.api_key_file} if settings.api_key_file else {}
        return {"baseUrl": settings.base_url, **key}
    return {"model": str(user_store().resolve(settings.model)), "nCtx": settings.n_ctx}


def _rehearsal(shop: Workshop, width: int) -> _Part:
    from lsp_server.host.scripted import Shape, make_gguf
    from lsp_server.lsp.demo import rehearsal

    path = shop.project.parent / "rehearsal.gguf"
    make_gguf(path, rehearsal.SCRIPTS, n_ctx=REHEARSAL_CONTEXT, shape=Shape(n_ff=width))
    options = {"model": str(path), "nCtx": REHEARSAL_CONTEXT, "nThreads": 1}
    return _Part(REHEARSAL, rehearsal.SCENES, options)


def _without_replies() -> "list[Scene]":
    from lsp_server.lsp.demo import rehearsal

    return [replace(scene, reply="") for scene in rehearsal.SCENES]


def _screen(args: argparse.Namespace) -> "AnyScreen":
    from lsp_server.lsp.demo.screen import LiveScreen, PlainScreen

    if args.plain or not (sys.stdout.isatty() or args.svg):
        return PlainScreen(sys.stdout)
    from rich.console import Console

    return LiveScreen(Console(record=bool(args.svg), width=100 if args.svg else None))


def _play(part: _Part, shop: Workshop, screen: "AnyScreen", args: argparse.Namespace) -> bool:
    from lsp_server.lsp.demo.play import NO_PACE, PACE, Stage, play

    screen.say(f"\n{part.says}")
    if not part.scenes:
        screen.say("There is nothing to show in this folder: no source file has a function.")
        return False
    pace = NO_PACE if args.fast else PACE
    stage = Stage(shop.project, shop.environment, part.options, pace)
    scenes = [scene for scene in part.scenes if args.only in (None, scene.action)]
    reports = asyncio.run(play(stage, scenes, screen))
    if part.says == DRAFTS:
        screen.say(f"\n{HINT}")
    return all(report.holds for report in reports)


def _tests_pass(shop: Workshop, screen: "AnyScreen") -> bool:
    try:
        said = tests_pass(shop)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        screen.say(f"\nThe project's tests fail now:\n{failure.stdout!s}")
        return False
    if said is not None:
        screen.say(f"\nThe project's own tests, after all that was written: {said}")
    return True
