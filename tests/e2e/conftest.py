"""One world per test: real editors before the real `penna lsp` and its host, on known replies."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lsp_server.host.scripted import Shape, make_gguf
from tests.e2e.editors import SETUPS, Editor, Setup
from tests.e2e.scenes import SCRIPTS
from tests.e2e.wire import wait_for
from tests.e2e.world import Models, World, make_world, penna_command

# Some milliseconds a token, so that a user types while it writes; and so slow that a job surely
# runs until it is stopped.
BRISK = Shape(n_ff=4096)
SLOW = Shape(n_ff=65536)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    folder = tmp_path_factory.mktemp("models")
    brisk = make_gguf(folder / "brisk.gguf", SCRIPTS, shape=BRISK)
    return Models(brisk, make_gguf(folder / "slow.gguf", SCRIPTS, shape=SLOW))


@pytest.fixture
def world(models: Models) -> Iterator[World]:
    """In a folder with a short path: it holds sockets."""
    folder = Path(tempfile.mkdtemp(prefix="penna-e2e-"))
    made = make_world(folder, penna_command())
    made.use(models.brisk)
    yield made
    _end_hosts(folder)
    # To look at what was said: PENNA_E2E_KEEP=1 leaves the folders of all tests.
    if "PENNA_E2E_KEEP" not in os.environ:
        shutil.rmtree(folder)


@pytest.fixture(params=SETUPS, ids=lambda setup: setup.name)
def setup(request: pytest.FixtureRequest) -> Setup:
    given: Setup = request.param
    return given


@pytest.fixture
def editor(setup: Setup, world: World) -> Iterator[Editor]:
    started = setup.start(world)
    yield started
    started.close()


def _end_hosts(folder: Path) -> None:
    """The hosts outlive the editors, as they should; these serve nobody any more."""
    hosts = [process for process in psutil.process_iter() if _serves(process, folder)]
    for host in hosts:
        host.send_signal(signal.SIGTERM)
    wait_for("the end of the host", lambda: not any(host.is_running() for host in hosts), 20)


def _serves(process: psutil.Process, folder: Path) -> bool:
    try:
        command = process.cmdline()
    except psutil.Error:
        return False
    return any(part.startswith(os.fspath(folder)) for part in command) and "host" in command
