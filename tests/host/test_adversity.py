"""A host whose disk is full, whose cache is damaged or closed: it says so, and answers."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lsp_server.host.kept_prefix import _unpacked
from tests.hosting import RunningHost, host_command, private_folder, started_host, wait_until
from tests.random_model import make_random_model

SYSTEM = "You are brief, and say what is. " * 20
BODY = {
    "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "And now?"}],
    "max_tokens": 12,
    "temperature": 0,
}
SMALL_DISK = """
import resource, sys
from lsp_server.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with private_folder() as folder:
        make_random_model(folder / "random.gguf")
        yield folder


@contextmanager
def host(folder: Path) -> Iterator[RunningHost]:
    options = ("--cache-folder", str(folder / "cache"), "--n-ctx", "2048")
    with started_host(folder / "random.gguf", folder / "host.sock", *options) as host:
        wait_until(lambda: host.get("/health").status_code == 200)
        yield host
        host.end()


def asked(host: RunningHost) -> tuple[str, int]:
    """What it says, and how many tokens of the prompt it need not read."""
    reply: Any = host.post(BODY).json()
    text = reply["choices"][0]["message"]["content"]
    return str(text), int(reply["usage"]["prompt_tokens_details"]["cached_tokens"])


def states(folder: Path) -> Sequence[Path]:
    return sorted((folder / "cache" / "prefixes").glob("*.kv"))


def is_whole(content: bytes) -> bool:
    """By the length and the hash that it holds; whose it is is not asked."""
    return len(content) >= 48 and _unpacked(content, content[8:40]) is not None


def kept_state(folder: Path) -> Path:
    """A host has answered once and kept the state of its system prompt."""
    with host(folder) as first:
        asked(first)
        wait_until(lambda: len(states(folder)) == 1)
    return states(folder)[0]


def test_a_restarted_host_has_the_system_prompt(folder: Path) -> None:
    with host(folder) as first:
        said, n_reused = asked(first)
        assert n_reused == 0
        wait_until(lambda: len(states(folder)) == 1)
    with host(folder) as second:
        again, n_reused = asked(second)
    assert again == said and n_reused > len(SYSTEM)


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "empty"])
def test_a_damaged_state_is_as_good_as_none_and_is_written_anew(folder: Path, damage: str) -> None:
    state = kept_state(folder)
    whole = state.read_bytes()
    middle = len(whole) // 2
    damaged = {
        "cut": whole[:-9],
        "changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "foreign": b"GGUF" + whole,
        "empty": b"",
    }
    state.write_bytes(damaged[damage])
    assert not is_whole(state.read_bytes())
    with host(folder) as second:
        assert asked(second)[1] == 0
        wait_until(lambda: is_whole(state.read_bytes()))
    with host(folder) as third:
        assert asked(third)[1] > len(SYSTEM)


def test_a_cache_folder_that_cannot_be_used_is_told_once_and_nothing_else_changes(
    folder: Path,
) -> None:
    (folder / "cache").write_text("in the way")
    with host(folder) as first:
        assert len(asked(first)[0]) == 12
        log = folder / "host.log"
        wait_until(lambda: "is read anew at each start" in log.read_text())
        assert len(asked(first)[0]) == 12
    assert log.read_text().count("is read anew at each start") == 1
    assert log.read_text().count("What was measured is lost") <= 1
    assert "Traceback" not in log.read_text()


def test_on_a_full_disk_requests_are_answered(folder: Path) -> None:
    """No file can grow beyond a page, which is less than a state has. The log is a pipe."""
    command = host_command(folder / "random.gguf", folder / "host.sock")
    options = ["--cache-folder", str(folder / "cache"), "--n-ctx", "2048"]
    words = [sys.executable, "-c", SMALL_DISK, *command[3:], *options]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with process:
        full = RunningHost(folder / "host.sock", folder / "random.gguf", process)
        wait_until(lambda: full.socket.exists() or process.poll() is not None)
        wait_until(lambda: full.get("/health").status_code == 200)
        assert [len(asked(full)[0]) for _ in range(3)] == [12] * 3
        full.end()
        assert process.stderr is not None
        log = process.stderr.read().decode()
    assert log.count("is read anew at each start") == 1 and "Traceback" not in log
    assert states(folder) == []
