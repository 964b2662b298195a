"""`penna serve`: the model in use, or another, behind OpenAI's API on a TCP port.

It prints where it listens once it answers, and runs until Ctrl-C. Exit code 0: told to end. 1: it
could not listen or load. 2: what was asked for would be open to strangers, or makes no sense.
"""

import argparse
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.cli import Subparsers
from lsp_server.cli.host_options import add_window_arguments, positive, seconds, window
from lsp_server.errors import SettingsError

if TYPE_CHECKING:
    import socket

    from lsp_server.host.guard import Door
    from lsp_server.host.tcp_address import Address

WRONG = 2


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("serve", help="answer OpenAI's API on a TCP port")
    parser.add_argument("--model", metavar="ID_OR_PATH", help="default: the one in use")
    add_window_arguments(parser)
    address = parser.add_argument_group("where it listens, and to whom")
    address.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine")
    address.add_argument("--port", type=_port, default=8080, help="default: 8080; 0: a free one")
    address.add_argument("--api-key-file", type=Path, help="its one line is the key to ask with")
    address.add_argument("--allow-host", action="append", default=[], metavar="NAME")
    address.add_argument("--allow-origin", action="append", default=[], metavar="ORIGIN")
    limits = parser.add_argument_group("limits")
    limits.add_argument("--max-connections", type=positive, default=128, metavar="N")
    limits.add_argument(
        "--request-s", type=seconds, default=40, help="a whole request must come within so long"
    )
    limits.add_argument(
        "--unsent-s", type=seconds, default=60, help="a reply not taken for so long is cancelled"
    )
    limits.add_argument(
        "--idle-minutes", type=seconds, help="free the model's memory when idle; default: never"
    )


def run(args: argparse.Namespace) -> int:
    from lsp_server.host.tcp_address import listen, resolve
    from lsp_server.model import gguf_file
    from lsp_server.model.store import user_store

    logging.basicConfig(level=logging.WARNING, format="penna: %(message)s")
    # What a stranger sends is no news; nor that it was refused.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    try:
        address = resolve(args.host, args.port)
        door = _door(args, address)
    except SettingsError as error:
        print(f"penna: {error}", file=sys.stderr)
        return WRONG
    model = user_store().resolve(args.model).absolute()
    gguf_file.check(model, args.n_ctx)
    return _serve(args, model, door, listen(address))


def _door(args: argparse.Namespace, address: "Address") -> "Door":
    """Raises SettingsError for what would let strangers in."""
    from lsp_server.host.guard import ANY, LOOPBACK_NAMES, Door
    from lsp_server.host.tcp_address import read_key

    key = read_key(args.api_key_file) if args.api_key_file else None
    if key is None and not address.is_loopback:
        raise SettingsError(
            f"Others can reach {address.host}, so a key is needed: write one into a file of your "
            "own and name it with --api-key-file."
        )
    if key is None and ANY in args.allow_origin:
        raise SettingsError("Every web page could ask, so a key is needed; see --api-key-file.")
    names = {name.lower() for name in (_bracketed(args.host), *args.allow_host)}
    origins = frozenset(origin.lower().rstrip("/") for origin in args.allow_origin)
    return Door(key, LOOPBACK_NAMES | names, origins)


def _serve(
    args: argparse.Namespace, model: Path, door: "Door", sockets: "tuple[socket.socket, ...]"
) -> int:
    from lsp_server.host.connection import Limits
    from lsp_server.host.server import ServeOptions, serve_tcp

    port = sockets[0].getsockname()[1]

    def is_ready(n_ctx: int) -> None:
        where = f"http://{_bracketed(args.host)}:{port}/v1"
        print(f"{model.stem} answers at {where} (window {n_ctx:,} tokens); Ctrl-C ends it.")
        sys.stdout.flush()

    return serve_tcp(
        ServeOptions(
            model_path=model,
            sockets=sockets,
            is_ready=is_ready,
            window=window(args),
            door=door,
            limits=Limits(args.max_connections, args.request_s, args.unsent_s),
            idle_minutes=args.idle_minutes,
        )
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return number
