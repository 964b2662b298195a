"""Lines outside the code that start Flask's app, and what starts the new one.

They are told, never edited: a README is prose, and a Dockerfile may start more than the app.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from lsp_server.migrate.place import Place
from lsp_server.migrate.uses import AppPlace
from lsp_server.migrate.workspace import Workspace

STARTERS = ("flask", "gunicorn", "waitress-serve", "uwsgi", "hypercorn")
_FLASK_RUN = re.compile(r"\bflask\b(?:\s+(?:-A|--app|-e|--env-file)[ =]\S+|\s+--debug)*\s+run\b.*")
_VERBS = "init|migrate|upgrade|downgrade|stamp|revision|merge|edit|current|history|heads|check"
_FLASK_DB = re.compile(
    r"\bflask\b(?:\s+(?:-A|--app|-e|--env-file)[ =]\S+|\s+--debug)*"
    rf"\s+(db(?:\s+-\S+)*\s+(?:{_VERBS})\b.*)"
)
_SERVER = re.compile(r"\b(gunicorn|waitress-serve|uwsgi)\b.*")
_FLASK_APP = re.compile(r"\bFLASK_(APP|ENV|DEBUG)(\s*=|\s+\S+$)")
# `module:app` or `module:create_app()`, and no address such as `127.0.0.1:80`.
_NAMED = re.compile(r"(?![\d.]+:)([\w.]+):(\w+)(\(.*\))?")
_VARIABLES = {
    "APP": "It is not needed: uvicorn is told the app by its arguments.",
    "ENV": "Only the project's own code reads it, as since Flask 2.3; keep it if that does.",
    "DEBUG": "`app.debug` is still set by it; what reloads the code is `uvicorn --reload`.",
}
_END = re.compile(r"(`|\s#|&&|\|\||;|\s>\s|\]$).*$")
# Where gunicorn listens if it is not told: at PORT, which those who read a Procfile set.
GUNICORN = "127.0.0.1:8000"
PROCFILE = "0.0.0.0:$PORT"
WAITRESS = "0.0.0.0:8080"
PASSED_ON = {
    ("-w", "--workers", "--processes"): "--workers",
    ("--certfile", "--cert"): "--ssl-certfile",
    ("--keyfile", "--key"): "--ssl-keyfile",
    ("--max-requests",): "--limit-max-requests",
    ("--forwarded-allow-ips",): "--forwarded-allow-ips",
}
MAX_LINES = 40
MAX_LINE = 300


@dataclass(frozen=True, slots=True)
class Command:
    """One line, and the command to use instead."""

    path: PurePosixPath
    line: int
    text: str
    instead: str


def run_commands(workspace: Workspace, apps: Sequence[AppPlace], place: Place) -> Iterator[Command]:
    """The lines that start the app with Flask or a WSGI server."""
    if not apps:
        return
    found = 0
    for path, text in workspace.files.items():
        if path.suffix == ".py" or "templates" in path.parts:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            bound = PROCFILE if path.name.startswith("Procfile") else GUNICORN
            instead = _instead(line[:MAX_LINE], apps, place, bound) if found < MAX_LINES else None
            if instead is not None:
                found += 1
                yield Command(path, number, line.strip()[:MAX_LINE], instead)


def own_command(app: AppPlace, place: Place, arguments: str) -> str:
    """The line that runs a command of the app's own, as `flask` did."""
    made = f"{app.name}()" if app.factory else app.name
    module = place.module_name(app.path)
    return f'python -c "from {module} import {app.name}; {made}.cli()" {arguments}'


def _instead(line: str, apps: Sequence[AppPlace], place: Place, bound: str) -> str | None:
    plain = _unlisted(line)
    parts = [_migration(plain, apps, place), _start(plain, apps, place, bound)]
    return " && ".join(part for part in parts if part) or _variable(plain)


def _migration(plain: str, apps: Sequence[AppPlace], place: Place) -> str | None:
    """`flask db upgrade` and its like; where it stands before a server, that follows it."""
    match = _FLASK_DB.search(plain)
    if match is None:
        return None
    return own_command(_first(apps), place, _one_command(match[1]))


def _start(plain: str, apps: Sequence[AppPlace], place: Place, bound: str) -> str | None:
    match = _FLASK_RUN.search(plain)
    if match:
        return _uvicorn(_words(match[0]), apps, place, "127.0.0.1:5000")
    match = _SERVER.search(plain)
    if match and _is_command(match[0]):
        bound = WAITRESS if match[1] == "waitress-serve" and bound == GUNICORN else bound
        return _uvicorn(_words(match[0]), apps, place, bound)
    return None


def _variable(plain: str) -> str | None:
    match = _FLASK_APP.search(plain)
    return _VARIABLES[match[1]] if match else None


def _unlisted(line: str) -> str:
    """`["flask", "run"]` of a Dockerfile as a shell would have it."""
    if re.search(r"\[\s*\"", line):
        return " ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', line))
    return line


def _is_command(text: str) -> bool:
    """Whether the word is followed by what starts an app, and not a version or prose."""
    return bool(re.search(r"[\w.]+:\w+|\s-\w|\s--\w", text)) and "==" not in text


def _one_command(text: str) -> str:
    """The text up to where another command starts, or the quotes around it end."""
    text = _END.sub("", text).strip()
    for quote in "\"'":
        if text.count(quote) % 2:
            text = text[: text.rindex(quote)].strip()
    return text


def _words(text: str) -> list[str]:
    text = _one_command(text)
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _uvicorn(words: Sequence[str], apps: Sequence[AppPlace], place: Place, default: str) -> str:
    target = [*_target(words, apps, place), *_address(words, default)]
    command = " ".join(["uvicorn", *target, *_passed_on(words)])
    call = next(filter(None, (_NAMED.fullmatch(word) for word in words[1:])), None)
    if call is not None and call[3] not in (None, "()"):
        return (
            f"`{command}` calls it without arguments. Make the app in a module, by "
            f"`{call[2]}{call[3]}`, to go on with them."
        )
    file = _option(words, ("-c", "--config", "--ini"), "")
    return f"`{command}`, with the address and workers that `{file}` gives." if file else command


def _address(words: Sequence[str], default: str) -> list[str]:
    bound = _option(words, ("-b", "--bind", "--listen", "--http", "--http-socket"), default)
    socket = _option(words, ("--unix-socket",), "")
    if bound.startswith("unix:"):
        socket = bound.removeprefix("unix:").removeprefix("//")
    if socket:
        return ["--uds", socket]
    host, _, port = bound.rpartition(":")
    host = _option(words, ("-h", "--host"), host).strip("[]")
    # As `:80` and `*:80` mean it.
    host = "0.0.0.0" if host in ("", "*") else host  # noqa: S104
    port = _option(words, ("--port",) if words[0] == "uwsgi" else ("-p", "--port"), port)
    return ["--host", host, "--port", port]


def _passed_on(words: Sequence[str]) -> Iterator[str]:
    """What uvicorn has, too, under a name of its own."""
    for theirs, ours in PASSED_ON.items():
        names = (*theirs, "-p") if ours == "--workers" and words[0] == "uwsgi" else theirs
        value = _option(words, names, "")
        if value not in ("", "adhoc"):
            yield from (ours, value)
    if "--debug" in words or "--reload" in words:
        yield "--reload"


def _option(words: Sequence[str], names: Sequence[str], default: str) -> str:
    for index, word in enumerate(words):
        for name in names:
            if word == name and index + 1 < len(words):
                return words[index + 1]
            if word.startswith(f"{name}="):
                return word[len(name) + 1 :]
    return default


def _target(words: Sequence[str], apps: Sequence[AppPlace], place: Place) -> list[str]:
    """What the line names, if it names an app; else the project's app."""
    for word in words[1:]:
        match = _NAMED.fullmatch(word)
        if match:
            factory = ["--factory"] if match[3] is not None or "--call" in words else []
            return [f"{match[1]}:{match[2]}", *factory]
    first = _first(apps)
    target = f"{place.module_name(first.path)}:{first.name}"
    return [target, "--factory"] if first.factory else [target]


def _first(apps: Sequence[AppPlace]) -> AppPlace:
    return next((app for app in apps if not app.factory), apps[0])
