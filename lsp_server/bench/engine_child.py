"""The child process that loads the model itself: `plain` for llama.cpp's own loop and for cutting
prompts, `replay` for edits.

It reads one question a line and writes one answer a line, JSON both; it ends when its input does.
What libraries print goes to stderr.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from lsp_server.bench import edit_pairs, exact, plain_loop
from lsp_server.bench.forced_engine import ForcedEngine
from lsp_server.bench.replaying import replaying
from lsp_server.errors import PennaError
from lsp_server.host import assembly, kept
from lsp_server.host.chat_template import ChatTemplate, Message
from lsp_server.host.engine import Engine, Shape
from lsp_server.host.window import Window

Question = Mapping[str, object]
Handler = Callable[[Question], dict[str, object]]
Handlers = Mapping[str, Handler]


def main() -> int:
    args = _arguments()
    logging.basicConfig(level=logging.WARNING)
    window = Window(n_ctx=args.n_ctx, n_threads=args.threads, cache_folder=args.cache_folder)
    made = _plain if args.mode == "plain" else _replay
    with _own_stdout() as answers:
        try:
            with made(args.model, window) as handlers:
                _serve(handlers, answers)
        except PennaError as error:
            # Whatever is asked next: the model cannot be loaded.
            print(json.dumps({"error": str(error)}), file=answers, flush=True)
            return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=("plain", "replay"))
    parser.add_argument("model", type=Path)
    parser.add_argument("--n-ctx", type=int, required=True)
    parser.add_argument("--cache-folder", type=Path, required=True)
    parser.add_argument("--threads", type=int)
    return parser.parse_args()


@contextmanager
def _own_stdout() -> Iterator[TextIO]:
    """Where answers go; all else that is printed goes to stderr."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        yield answers


def _serve(handlers: Handlers, answers: TextIO) -> None:
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = handlers[question["do"]](question)
        except PennaError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), file=answers, flush=True)


@contextmanager
def _plain(model: Path, window: Window) -> Iterator[Handlers]:
    shape = Shape(
        model,
        window.n_ctx,
        window.n_threads or 1,
        n_seq_max=1,
        n_outputs=1,
        n_batch=plain_loop.N_BATCH,
    )
    engine = Engine(shape, lambda: True)
    template = ChatTemplate(engine.vocabulary, engine.chat_template)

    def tokens(question: Question, user: str) -> list[int]:
        system = str(question["system"])
        messages = [Message("system", system)] if system else []
        return template.tokens([*messages, Message("user", user)])

    def cut(question: Question) -> dict[str, object]:
        body, tail = str(question["body"]), str(question["tail"])
        n_tokens = _whole(question["n_tokens"])
        user = exact.cut(body, tail, n_tokens, lambda text: len(tokens(question, text)))
        return {"user": user, "n_tokens": len(tokens(question, user))}

    def run(question: Question) -> dict[str, object]:
        prompt = tokens(question, str(question["user"]))
        return asdict(plain_loop.run(engine, prompt, _whole(question["n_reply"])))

    def threads(_question: Question) -> dict[str, object]:
        """As the host has measured them, if it has: the loop takes them on."""
        found = kept.calibration(engine, model, window).threads
        engine.set_threads(found.n_decode, found.n_prefill)
        return asdict(found)

    yield {"load": lambda _: {}, "cut": cut, "run": run, "threads": threads}
    engine.close()


@contextmanager
def _replay(model: Path, window: Window) -> Iterator[Handlers]:
    engine = ForcedEngine(assembly.shape(model, window), lambda: True)
    calibration = kept.calibration(engine, model, window)
    while calibration.step((engine.n_seq_max - 2, engine.n_seq_max - 1)):
        pass
    chosen: list[edit_pairs.Pair] = []

    def choose(question: Question) -> dict[str, object]:
        chosen[:] = edit_pairs.pairs(_whole(question["n_pairs"]))
        sources = edit_pairs.sources()
        return {"n_pairs": len(chosen), "n_files": edit_pairs.n_files(chosen), "sources": sources}

    with replaying(engine, calibration.costs) as replayer:

        def replay(question: Question) -> dict[str, object]:
            pair = chosen[_whole(question["number"])]
            replayed = replayer.replay(pair, _whole(question["n_probes"]))
            return {"pair": None if replayed is None else asdict(replayed)}

        yield {"load": lambda _: {}, "choose": choose, "replay": replay}
    engine.close()


def _whole(value: object) -> int:
    assert isinstance(value, int), "the other process is of the same version"
    return value


if __name__ == "__main__":
    sys.exit(main())
