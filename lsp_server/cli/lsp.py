"""penna lsp: the language server on standard input and output."""

import argparse


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("lsp", help="run the language server (an editor starts it)")
    parser.add_argument("--stdio", action="store_true", help="accepted, as it is the only way")
    parser.add_argument("--base-url", metavar="URL", help="an OpenAI-compatible server to use")
    parser.add_argument("--model", metavar="GGUF", help="a model's file or its catalogue name")
    parser.add_argument("--log", metavar="FILE", help="write a log to this file")
    parser.add_argument("--verbose", action="store_true", help="log everything")


def run(args: argparse.Namespace) -> int:
    import logging

    from lsp_server.lsp.server import serve

    level = logging.DEBUG if args.verbose else logging.WARNING
    logging.basicConfig(filename=args.log, level=level)
    given = {"base_url": args.base_url, "model": args.model}
    return serve({name: value for name, value in given.items() if value is not None})
