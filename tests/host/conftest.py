"""One host for all tests of this folder that do not end it."""

import sys
from collections.abc import Iterator

import pytest

from lsp_server.host.script_pieces import Script
from tests.hosting import RunningHost, running_host

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
