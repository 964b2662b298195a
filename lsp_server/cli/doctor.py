"""`penna doctor`: what is set up, what is not, and what to do about it.

One line for each thing looked at. It starts nothing and changes nothing, but for making the
folders that are looked at; it asks no address except the host's socket. Exit code 1 when something
keeps Penna from working, 0 otherwise: to have no model is no fault.
"""

import argparse
import asyncio
import importlib.metadata
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lsp_server import __version__
from lsp_server.cli import Subparsers
from lsp_server.errors import ModelError, NoModel
from lsp_server.settings import Settings, load, user_file

if TYPE_CHECKING:
    from lsp_server.model.gguf_file import GgufFile


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `error` keeps Penna from working; `warning` only part of it."""

    level: Literal["ok", "warning", "error"]
    topic: str
    text: str


def add_parser(subparsers: Subparsers) -> None:
    """Add `penna doctor`."""
    subparsers.add_parser("doctor", help="say what is set up, what is not, and what to do")


def run(_args: argparse.Namespace) -> int:
    """Print the findings."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    styles = {"ok": "green", "warning": "yellow", "error": "bold red"}
    worst = 0
    for finding in findings():
        console.print(f"{finding.level:<9}", style=styles[finding.level], end="")
        console.print(f"{finding.topic:<10}{finding.text}", soft_wrap=True)
        worst = max(worst, finding.level == "error")
    return worst


def findings() -> Iterator[Finding]:
    """Everything there is to say, in the order in which it is shown."""
    settings, messages = load({})
    yield _machine()
    yield _engine()
    yield from _settings(messages)
    yield from _folders()
    yield _grammars()
    if settings.base_url:
        yield Finding("ok", "model", f"asked at {_without_password(settings.base_url)} (base_url)")
    else:
        yield from _model(settings)


def _machine() -> Finding:
    import psutil

    from lsp_server.model.gguf_file import gigabytes, total_memory

    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    memory = f"{gigabytes(total_memory())} of memory"
    free = f"{gigabytes(psutil.virtual_memory().available)} of it free"
    python = f"Python {platform.python_version()}"
    return Finding("ok", "penna", f"{__version__}, {python}, {cores} cores, {memory}, {free}")


def _engine() -> Finding:
    try:
        version = importlib.metadata.version("llama-cpp-python")
    except importlib.metadata.PackageNotFoundError:
        return Finding(
            "error", "engine", "llama-cpp-python is not installed; install Penna again with pip."
        )
    return Finding("ok", "engine", f"llama-cpp-python {version}")


def _settings(messages: list[str]) -> Iterator[Finding]:
    file = user_file()
    state = "read" if file.exists() else "not there, which is fine"
    yield Finding("ok", "settings", f"{file}: {state}")
    for message in messages:
        yield Finding("warning", "settings", message)


def _folders() -> Iterator[Finding]:
    import platformdirs

    from lsp_server.model.runtime_folder import runtime_folder
    from lsp_server.model.store import user_store

    try:
        yield Finding("ok", "folder", f"{runtime_folder()} (socket)")
    except ModelError as error:
        yield Finding("error", "folder", str(error))
    logs = platformdirs.user_log_path("penna", appauthor=False)
    for folder, purpose in ((user_store().folder, "models"), (logs, "logs")):
        yield _folder(folder, purpose)


def _folder(folder: Path, purpose: str) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return Finding("error", "folder", f"{folder} cannot be made ({error.strerror}); make it.")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding("error", "folder", f"{folder} ({purpose}) cannot be written; allow it.")
    return Finding("ok", "folder", f"{folder} ({purpose})")


def _grammars() -> Finding:
    from lsp_server.syntax import grammars

    installed = [name for name in grammars.WHEELS if grammars.grammar(name) is not None]
    if missing := sorted(set(grammars.WHEELS) - set(installed)):
        text = f"none for {', '.join(missing)}; install Penna again with pip."
        return Finding("error", "grammars", text)
    if grammars.grammar("ruby") is None:
        text = f"{len(installed)} languages; more (Ruby, PHP, …) with Python 3.11 or 3.12."
        return Finding("warning", "grammars", text)
    return Finding("ok", "grammars", f"{len(installed)} languages with actions, and the long tail")


def _model(settings: Settings) -> Iterator[Finding]:
    from lsp_server.model import gguf_file
    from lsp_server.model.store import user_store

    try:
        path = user_store().resolve(settings.model)
        file = gguf_file.check(path, settings.n_ctx, cache_type=settings.cache_type)
    except NoModel as error:
        text = f"{str(error).rstrip('.')}; until then the actions that have a draft do that."
        yield Finding("warning", "model", text)
        return
    except ModelError as error:
        yield Finding("error", "model", str(error))
        return
    yield Finding("ok", "model", f"{file.name}, {file.quantisation}, {path}")
    yield from _fitness(file, settings)
    yield _host(path, settings)


def _fitness(file: "GgufFile", settings: Settings) -> Iterator[Finding]:
    import psutil

    from lsp_server.model.gguf_file import gigabytes

    needed = file.memory(settings.n_ctx)
    available = psutil.virtual_memory().available
    text = f"{gigabytes(needed.comfortable)} with a window of {settings.n_ctx:,} tokens"
    if needed.least > available:
        advice = f"needs {text}, {gigabytes(available)} are free; close something, or it swaps."
        yield Finding("warning", "memory", advice)
    else:
        yield Finding("ok", "memory", f"takes about {text}")
    if file.n_ctx_train and settings.n_ctx > file.n_ctx_train:
        text = f"it was trained for {file.n_ctx_train:,} tokens; set n_ctx to no more than that."
        yield Finding("warning", "model", text)
    if not file.has_chat_template:
        text = "it has no chat template, so it may be no chat model: replies may be poor."
        yield Finding("warning", "model", text)


def _host(path: Path, settings: Settings) -> Finding:
    from lsp_server.model.health import Absent, Broken, Busy, Loading, Serving
    from lsp_server.model.host_process import HostOptions
    from lsp_server.model.supervisor import Supervisor

    supervisor = Supervisor(HostOptions(path, settings.n_ctx, settings.n_threads))
    match asyncio.run(supervisor.health()):
        case Absent():
            return Finding("ok", "host", "not running; it starts with the first action.")
        case Loading():
            return Finding("ok", "host", "loading the model")
        case Busy():
            return Finding("warning", "host", "running, and does not answer just now")
        case Broken(message):
            return Finding("error", "host", message)
        case Serving(version, pid) if version != __version__:
            text = f"process {pid} is of version {version}; it is replaced with the next action."
            return Finding("warning", "host", text)
        case Serving(pid=pid, n_ctx=n_ctx):
            return Finding("ok", "host", f"running, process {pid}, window {n_ctx:,} tokens")


def _without_password(url: str) -> str:
    from lsp_server.model.endpoint import BaseUrl

    return BaseUrl(url).name
