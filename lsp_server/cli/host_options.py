"""The options of the commands that hold a model: the same ones for `penna host` and `serve`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.host.window import Window

CACHE_TYPES = ("f16", "q8_0")


def add_window_arguments(parser: argparse.ArgumentParser) -> None:
    """What `window` reads."""
    group = parser.add_argument_group("the model's window")
    group.add_argument("--n-ctx", type=positive, default=8192, help="window in tokens")
    group.add_argument("--n-seq-max", type=positive, default=4, help="requests running at once")
    group.add_argument("--threads", type=positive, help="for single tokens; default: measured")
    group.add_argument("--threads-batch", type=positive, help="for prompts; default: as --threads")
    for what in ("k", "v"):
        group.add_argument(
            f"--cache-type-{what}",
            choices=CACHE_TYPES,
            default="f16",
            help="q8_0 takes half the memory of f16",
        )
    group.add_argument(
        "--flash-attention",
        choices=("auto", "on", "off"),
        default="auto",
        help="off, which is faster on CPUs, unless --cache-type-v needs it",
    )
    group.add_argument(
        "--cache-ram",
        type=not_negative,
        default=1024,
        metavar="MIB",
        help="memory for prompts that were read and are not in use just now; 0: none",
    )
    group.add_argument("--mlock", action="store_true", help="keep the weights from being paged out")
    group.add_argument("--draft-model", type=Path, help="a small GGUF that guesses ahead")
    group.add_argument(
        "--max-pause", type=seconds, default=0.6, help="a reply waits so long for others' prompts"
    )
    group.add_argument(
        "--cache-folder", type=Path, help="for what is kept for the next start; default: yours"
    )


def window(args: argparse.Namespace) -> "Window":
    """What `add_window_arguments` has read."""
    from lsp_server.host.window import Window

    return Window(
        n_ctx=args.n_ctx,
        n_threads=args.threads,
        n_threads_batch=args.threads_batch,
        n_seq_max=args.n_seq_max,
        cache_type_k=args.cache_type_k,
        cache_type_v=args.cache_type_v,
        flash_attention=args.flash_attention,
        cache_ram_mib=args.cache_ram,
        mlock=args.mlock,
        draft_model=args.draft_model and args.draft_model.absolute(),
        max_pause_s=args.max_pause,
        cache_folder=args.cache_folder and args.cache_folder.absolute(),
    )


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number


def not_negative(text: str) -> int:
    return positive(text) if text.strip("0 ") else 0


def seconds(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no length of time")
    return number
