"""One host for all tests of this folder that do not end it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lsp_server.host.script_pieces import Script
from tests.hosting import RunningHost, private_folder, running_host, started_host, wait_until
from tests.random_model import make_random_model

LONG = "".join(
    f"def function_{n}(argument: int, other: int = {n}) -> int:\n    return argument * {n}\n\n\n"
    for n in range(400)
)
SCRIPTS: dict[str, Script] = {
    "greet": "Grüß dich, 世界! 🎉👩‍🚀\tEnde.\r\n",
    "long": LONG,
    "pieces": ["alpha ", "beta ", b"\xe4\xb8", b"\x96\xe7\x95", b"\x8c", " gamma"],
    "stop": ["one, tw", "o, th", "ree, END", " of it"],
    "half": ["begun ", b"\xe4\xb8"],
    'quote "\\{%': "Quoted.",
    "repeat": "pass\n" * 300,
    "silence": "",
    "call read": (
        'I look.\n<tool_call>\n{"name": "read", "arguments": {"path": "世.py"}}\n</tool_call>'
    ),
    "call twice": (
        '<tool_call>{"name": "read", "arguments": {"n": 1}}</tool_call>\n'
        '<tool_call>{"name": "write", "arguments": {"n": 2}}</tool_call>'
    ),
    "call nobody": '<tool_call>{"name": "steal"}</tool_call>, but that is no tool.',
    "": "I do not know.",
}


@pytest.fixture(scope="session", autouse=True)
def closed_null_files() -> Iterator[None]:
    """llama_cpp opens /dev/null twice at its import and leaves a ResourceWarning behind."""
    yield
    opener = sys.modules.get("llama_cpp._utils")
    for name in ("outnull_file", "errnull_file"):
        if file := getattr(opener, name, None):
            file.close()


@pytest.fixture(scope="session")
def host() -> Iterator[RunningHost]:
    with running_host(SCRIPTS) as running:
        yield running


FILL_IN_THE_MIDDLE = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")


@pytest.fixture(scope="session")
def noisy() -> Iterator[RunningHost]:
    """A host whose replies hang on every token before them, and on the sampling."""
    with noisy_host() as running:
        yield running


@pytest.fixture(scope="session")
def noisy_with_tools() -> Iterator[RunningHost]:
    template = Path(__file__).with_name("qwen.jinja").read_text("utf-8")
    with noisy_host(template) as running:
        yield running


@contextmanager
def noisy_host(chat_template: str | None = None) -> Iterator[RunningHost]:
    with private_folder() as folder:
        model = folder / "noise.gguf"
        make_random_model(model, markers=FILL_IN_THE_MIDDLE, chat_template=chat_template)
        with started_host(model, folder / "host.sock", "--n-ctx", "2048") as running:
            wait_until(lambda: running.get("/health").status_code == 200)
            yield running
