"""`penna bench`: measure a model on this machine, and another server beside it.

Progress goes to stderr, the figures to stdout. Exit code 0: all was measured. 1: something went
wrong, or with `--targets` was not reached. 130: interrupted. What was measured by then is shown.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.cli import Subparsers
from lsp_server.cli.host_options import positive
from lsp_server.errors import PennaError, SettingsError

if TYPE_CHECKING:
    from lsp_server.bench.about import About
    from lsp_server.bench.measures import Record
    from lsp_server.bench.run import Options

SECTIONS = ("rates", "first-token", "replay", "cancel", "clients", "memory")
FINISHED, INTERRUPTED = "finished", "interrupted"


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("bench", help="measure a model, and another server beside it")
    parser.add_argument("--model", metavar="GGUF", help="a file or a name; default: the one in use")
    parser.add_argument("--peer", metavar="URL", help="an OpenAI-compatible server to compare with")
    parser.add_argument("--peer-key-file", type=Path, metavar="FILE", help="its one line is a key")
    parser.add_argument("--only", metavar="SECTIONS", help=f"of {','.join(SECTIONS)}")
    parser.add_argument("--quick", action="store_true", help="few rounds and short prompts")
    parser.add_argument("--pairs", type=positive, metavar="N", help="edits of each kind to replay")
    parser.add_argument("--n-ctx", type=positive, default=8192, help="window in tokens")
    parser.add_argument("--threads", type=positive, help="default: what the host finds fastest")
    parser.add_argument("--llama-bench", type=Path, metavar="PROGRAM", help="measure with it, too")
    parser.add_argument("--targets", action="store_true", help="say what Penna aims at")
    shown = parser.add_argument_group("what comes out")
    shown.add_argument("--json", action="store_true", help="one JSON object on standard output")
    shown.add_argument("--report", type=Path, metavar="FILE.html", help="write a page with charts")


def run(args: argparse.Namespace) -> int:
    from lsp_server.bench.about import about
    from lsp_server.bench.measures import Record

    if args.report is not None:
        _check_writable(args.report)
    options = _options(args)
    peer = options.peer.name if options.peer else ""
    subject = about(options.model, options.n_ctx, peer, is_quick=args.quick)
    record = Record()
    ended = _carried_out(options, record)
    _show(args, subject, record, ended)
    if ended == INTERRUPTED:
        return 130
    if ended != FINISHED:
        print(f"penna: {ended}", file=sys.stderr)
        return 1
    return 1 if args.targets and not _all_reached(record) else 0


def _options(args: argparse.Namespace) -> "Options":
    from dataclasses import replace

    from lsp_server.bench.run import Options
    from lsp_server.bench.sizes import FULL, QUICK
    from lsp_server.model import gguf_file
    from lsp_server.model.endpoint import base_url
    from lsp_server.model.store import user_store

    sections = _sections(args.only)
    sizes = QUICK if args.quick else FULL
    peer = base_url(args.peer, args.peer_key_file) if args.peer else None
    model = gguf_file.check(user_store().resolve(args.model).absolute(), args.n_ctx)
    return Options(
        model=model,
        n_ctx=min(args.n_ctx, model.n_ctx_train or args.n_ctx),
        sections=sections,
        sizes=replace(sizes, n_pairs=args.pairs or sizes.n_pairs),
        n_threads=args.threads,
        peer=peer,
        llama_bench=args.llama_bench and args.llama_bench.absolute(),
    )


def _sections(only: str | None) -> tuple[str, ...]:
    if only is None:
        return SECTIONS
    asked = [name.strip() for name in only.split(",") if name.strip()]
    for name in asked:
        if name not in SECTIONS:
            raise SettingsError(
                f"There is no section {name!r}; the names are {', '.join(SECTIONS)}."
            )
    if not asked:
        raise SettingsError(f"--only needs a section's name: {', '.join(SECTIONS)}.")
    return tuple(asked)


def _carried_out(options: "Options", record: "Record") -> str:
    """How it ended: "finished", "interrupted", or what went wrong."""
    from lsp_server.bench.progress import Progress
    from lsp_server.bench.run import run_until_told as measure

    with Progress() as progress:
        try:
            asyncio.run(measure(options, record, progress.tell))
        except (KeyboardInterrupt, asyncio.CancelledError):
            return INTERRUPTED
        except PennaError as error:
            return str(error)
    return FINISHED


def _show(args: argparse.Namespace, subject: "About", record: "Record", ended: str) -> None:
    from lsp_server.bench import as_json, table

    has_failed_early = ended != FINISHED and record.is_empty
    if args.json:
        shown = as_json.document(subject, record, ended, with_targets=args.targets)
        print(json.dumps(shown, ensure_ascii=False, indent=2))
    elif not has_failed_early:
        table.show(subject, record, with_targets=args.targets)
    if args.report is not None and not has_failed_early:
        from lsp_server.bench.report import page

        _write(args.report, page.rendered(subject, record, ended))
    if ended == INTERRUPTED:
        figures = "nothing was measured yet" if record.is_empty else "these are the figures so far"
        print(f"penna: interrupted; {figures}.", file=sys.stderr)


def _check_writable(path: Path) -> None:
    """Before half an hour of measuring."""
    if not path.parent.is_dir():
        raise SettingsError(f"There is no folder {path.parent} for the report.")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise SettingsError(f"{path} cannot be written to; name another file for the report.")


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}).") from None
    print(f"Written: {path}", file=sys.stderr)


def _all_reached(record: "Record") -> bool:
    from lsp_server.bench.sections import METRICS
    from lsp_server.bench.targets import target_of

    measured = [each for metrics in METRICS.values() for each in record.measured(metrics)]
    judged = [target.verdict(each) for each in measured if (target := target_of(each))]
    return "not reached" not in judged
