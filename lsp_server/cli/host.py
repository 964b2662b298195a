"""`penna host`: serve one GGUF over a socket. Started by `penna lsp` when it is needed.

It prints nothing on stdout; what it has to say goes to stderr, or to the file that the
supervisor names.
"""

import argparse
import logging
from pathlib import Path

from lsp_server.cli.host_options import add_window_arguments, window
from lsp_server.errors import HostFailed


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("host", help="serve a model over a socket")
    parser.add_argument("--socket", type=Path, required=True, help="where to listen")
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file")
    add_window_arguments(parser)
    parser.add_argument("--idle-minutes", type=float, default=30, help="end when idle so long")
    parser.add_argument(
        "--failure-shown-s", type=float, default=10, help="tell so long why loading failed"
    )
    parser.add_argument("--parent-log", type=Path, help="append the log to this file")
    parser.add_argument(
        "--tcp", action="store_true", help="a loopback port and a key, told in the socket's file"
    )


def run(args: argparse.Namespace) -> int:
    from lsp_server.host.server import HostOptions, serve

    logging.basicConfig(
        filename=args.parent_log,
        level=logging.INFO,
        format="%(asctime)s host[%(process)d] %(levelname)s %(name)s: %(message)s",
    )
    options = HostOptions(
        model_path=args.model.absolute(),
        socket_path=args.socket.absolute(),
        window=window(args),
        idle_minutes=args.idle_minutes,
        over_tcp=args.tcp,
        failure_shown_s=args.failure_shown_s,
    )
    try:
        return serve(options)
    except HostFailed as error:
        if args.parent_log is not None:
            logging.getLogger(__name__).error("%s", error)
        raise
