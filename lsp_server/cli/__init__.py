"""The command `penna`: one module of this package for each subcommand.

Only the chosen subcommand's module is imported, and a module imports what is heavy inside its
`run`: `penna lsp` has to answer an editor within 400 ms of process start. Errors that a user can
act on end here, as one sentence on stderr. Deliberately absent: any work of a subcommand.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Protocol, TypeAlias, cast

from lsp_server import __version__
from lsp_server.errors import PennaError

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

SUBCOMMANDS = {
    "lsp": "serve an editor on stdin and stdout",
    "host": "hold a model and answer on a socket (started by itself when needed)",
    "serve": "answer OpenAI's API on a TCP port",
    "run": "carry out one action on a file, without an editor",
    "demo": "watch the real server work on an example project",
    "model": "list, pull, choose, look at and remove models",
    "bench": "measure a model, and another server beside it",
    "doctor": "say what is set up, what is not, and what to do",
}


class Subcommand(Protocol):
    """What each module of this package offers. `run` returns the exit code."""

    def add_parser(self, subparsers: Subparsers, /) -> object: ...

    def run(self, args: argparse.Namespace, /) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line (sys.argv without its first word when None); the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in words if not word.startswith("-")), "")
    subcommand = _load(chosen) if chosen in SUBCOMMANDS else None
    parser = _parser(chosen, subcommand)
    args = parser.parse_args(words)
    if subcommand is None:
        parser.print_help(sys.stderr)
        return 2
    return _guarded(subcommand, args)


def _load(name: str) -> Subcommand:
    return cast(Subcommand, importlib.import_module(f"lsp_server.cli.{name}"))


def _parser(chosen: str, subcommand: Subcommand | None) -> argparse.ArgumentParser:
    """All subcommands by name and help, and the chosen one with its own arguments."""
    parser = argparse.ArgumentParser(
        prog="penna", description="A language server with a private model behind it."
    )
    parser.add_argument("--version", action="version", version=f"penna {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", title="commands")
    for name, help_text in SUBCOMMANDS.items():
        if subcommand is not None and name == chosen:
            subcommand.add_parser(subparsers)
        else:
            subparsers.add_parser(name, help=help_text)
    return parser


def _guarded(subcommand: Subcommand, args: argparse.Namespace) -> int:
    try:
        return subcommand.run(args)
    except PennaError as error:
        print(f"penna: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (`head`, say) has gone; the interpreter's flush at exit must not meet it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
