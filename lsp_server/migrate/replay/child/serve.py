"""Holds one app, old or new, and answers what it is asked over stdin and stdout.

One JSON object a line in, one a line out. What is asked is its "do": load, rules, request,
genuine, prepare.
The user's own prints go to stderr. A WSGI app gets the environ and an ASGI app the scope that a
server would give for the same bytes, so that both see the same request. Frameworks are reached
by what their objects are, not imported: the project's interpreter may have either or both.
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import inspect
import io
import json
import os
import random
import runpy
import sys
import traceback
from contextvars import Context
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote_to_bytes

USUAL_NAMES = ("app", "application", "create_app", "make_app", "factory", "create", "build_app")
USUAL_ARGUMENTS: tuple[tuple[Any, ...], ...] = (
    (), ("testing",), ("development",), ("default",), ("production",), ({},), (None,)
)  # fmt: skip
PEER = ("127.0.0.1", 50000)
SERVER = ("localhost", 80)


class Holder:
    """The loaded app."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.app: Any = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.lifespan: Any = None

    # Loading

    def load(self, message: dict[str, Any]) -> dict[str, Any]:
        os.environ.update(message.get("environment") or {})
        start_no_servers()
        read_environment_files(self.root)
        try:
            found = located(message["module"], message.get("name"))
            self.app, used = made(found, message.get("arguments"))
            hide_debug_toolbar(self.app)
        except BaseException as error:
            return {"error": told(error)}
        if not is_wsgi(self.app):
            self.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self.loop)
            self.loop.run_until_complete(self.start())
        return {"kind": "wsgi" if self.loop is None else "asgi", "arguments": used}

    async def start(self) -> None:
        """The lifespan's start, as a server does it. An app may have none."""
        incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def send(message: dict[str, Any]) -> None:
            if not started.done():
                started.set_result(None)

        async def run() -> None:
            scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
            try:
                await self.app(scope, incoming.get, send)
            except BaseException:
                traceback.print_exc()
            if not started.done():
                started.set_result(None)

        await incoming.put({"type": "lifespan.startup"})
        self.lifespan = asyncio.ensure_future(run())
        await started

    # What the app is

    def rules(self, _: dict[str, Any]) -> dict[str, Any]:
        table = getattr(self.app, "url_map", None)
        if table is None:
            return {"rules": [], "paths": paths_of(self.app)}
        views = getattr(self.app, "view_functions", {})
        return {"rules": [self.rule(rule, views) for rule in table.iter_rules()]}

    def rule(self, rule: Any, views: Any) -> dict[str, Any]:
        return {
            "rule": rule.rule,
            "endpoint": str(rule.endpoint),
            "methods": sorted(rule.methods or ()),
            "defaults": sorted(rule.defaults or ()),
            "converters": [converter(*each) for each in rule._converters.items()],
            "elsewhere": bool(rule.host or rule.subdomain or rule.websocket),
            **self.place(views.get(rule.endpoint)),
        }

    def place(self, view: Any) -> dict[str, Any]:
        """Where the view is written: a function, or a class for views made of one."""
        view = getattr(view, "view_class", view)
        try:
            view = inspect.unwrap(view)
            file = os.path.relpath(inspect.getsourcefile(view) or "", self.root)
        except (TypeError, ValueError):
            return {"file": "", "view": ""}
        return {"file": file.replace(os.sep, "/"), "view": getattr(view, "__name__", "")}

    def genuine(self, message: dict[str, Any]) -> dict[str, Any]:
        """Whether this app would believe the session cookie."""
        interface = getattr(self.app, "session_interface", None)
        signer = getattr(interface, "get_signing_serializer", lambda _: None)(self.app)
        if signer is None:
            return {"genuine": None}
        try:
            signer.loads(message["cookie"])
        except Exception:
            return {"genuine": False}
        return {"genuine": True}

    def prepare(self, message: dict[str, Any]) -> dict[str, Any]:
        """Make the tables that are missing, and run the commands that are named so."""
        ran = []
        if message.get("commands"):
            ran = [name for name in self.commands(message["commands"]) if self.command(name)]
        database = (getattr(self.app, "extensions", None) or {}).get("sqlalchemy")
        create = getattr(database, "create_all", None)
        if create is not None:
            try:
                with self.context():
                    create()
                ran.append("create_all")
            except Exception:
                traceback.print_exc()
        return {"ran": ran}

    def commands(self, names: list[str]) -> list[str]:
        groups = getattr(getattr(self.app, "cli", None), "commands", {})
        return [name for name in names if name in groups]

    def command(self, name: str) -> bool:
        """`flask NAME`, whose group enters the app's context for every command."""
        with self.context():
            result = self.app.test_cli_runner().invoke(args=[name], input="y\n" * 9)
        if result.exit_code:
            sys.stderr.write(f"{name}: {result.output} {result.exception!r}\n")
        return not result.exit_code

    def context(self) -> Any:
        state = getattr(self.app, "state", None)
        return (getattr(state, "app_context", None) or self.app.app_context)()

    # Requests

    def request(self, message: dict[str, Any]) -> dict[str, Any]:
        random.seed(message["target"])
        body = base64.b64decode(message.get("body") or "")
        headers = [(str(name), str(value)) for name, value in message["headers"]]
        ask = self.wsgi if self.loop is None else self.asgi
        try:
            # What an import left there is not seen by requests, as in the threads of a server.
            status, answered, content = Context().run(
                ask, message["method"], message["target"], headers, body
            )
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            traceback.print_exc()
            name = type(error).__name__
            return {"status": 500, "headers": [], "body": "", "raised": f"{name}: {error}"[:300]}
        if message["method"] == "HEAD":
            content = b""
        encoded = base64.b64encode(content).decode("ascii")
        return {"status": status, "headers": answered, "body": encoded, "raised": None}

    def wsgi(
        self, method: str, target: str, headers: list[tuple[str, str]], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        started: list[Any] = []
        pieces: list[bytes] = []

        def start_response(status: str, answered: Any, exc_info: Any = None) -> Any:
            # Without space around values, which means nothing and is not sent by every server.
            started[:] = [status, [(name, value.strip()) for name, value in answered]]
            return pieces.append

        answer = self.app(environ(method, target, headers, body), start_response)
        try:
            pieces.extend(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        return int(started[0].split(" ", 1)[0]), started[1], b"".join(pieces)

    def asgi(
        self, method: str, target: str, headers: list[tuple[str, str]], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        assert self.loop is not None
        sent: list[dict[str, Any]] = []
        incoming = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if incoming:
                return incoming.pop()
            await asyncio.sleep(0)
            return {"type": "http.disconnect"} if is_done(sent) else await forever()

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        self.loop.run_until_complete(self.app(scope(method, target, headers, body), receive, send))
        start = next(each for each in sent if each["type"] == "http.response.start")
        answered = [(text(name), text(value)) for name, value in start.get("headers", ())]
        content = b"".join(each.get("body", b"") for each in sent if "body" in each)
        return start["status"], answered, content


async def forever() -> dict[str, Any]:
    """A client that stays connected sends nothing more."""
    await asyncio.Event().wait()
    return {}


def is_done(sent: list[dict[str, Any]]) -> bool:
    last = sent[-1] if sent else {}
    return last.get("type") == "http.response.body" and not last.get("more_body")


def text(value: Any) -> str:
    """What was given for a header: Latin-1, or UTF-8 where the helper had to send that."""
    if not isinstance(value, bytes):
        return str(value)
    wide = value.decode("utf-8", "ignore")
    return wide if max(wide, default="") > "\xff" else value.decode("latin-1")


def environ(
    method: str, target: str, headers: list[tuple[str, str]], body: bytes
) -> dict[str, Any]:
    """What a WSGI server makes of the request (PEP 3333)."""
    path, _, query = target.partition("?")
    found: dict[str, Any] = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "QUERY_STRING": query,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "RAW_URI": target,
        "REQUEST_URI": target, "SERVER_NAME": SERVER[0], "SERVER_PORT": str(SERVER[1]),
        "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": PEER[0], "REMOTE_PORT": str(PEER[1]),
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr, "wsgi.multithread": False, "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }  # fmt: skip
    for name, value in headers:
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        glue = "; " if key == "HTTP_COOKIE" else ","
        found[key] = f"{found[key]}{glue}{value}" if key in found else value
    return found


def scope(method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> dict[str, Any]:
    """What an ASGI server makes of the request."""
    path, _, query = target.partition("?")
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1",
        "method": method, "scheme": "http", "root_path": "", "state": {},
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode("latin-1"), "query_string": query.encode("latin-1"),
        "headers": [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers],
        "client": PEER, "server": SERVER,
    }  # fmt: skip


def start_no_servers() -> None:
    """What a module starts when it is imported: Flask skips it as under `flask run`."""
    os.environ["FLASK_RUN_FROM_CLI"] = "true"
    try:
        import uvicorn
    except ImportError:  # An app that is not migrated yet may do without it.
        return
    uvicorn.run = lambda *_, **__: None


def hide_debug_toolbar(app: Any) -> None:
    """Flask-DebugToolbar changes pages and redirects for the hosts it is meant for: for none."""
    if "DEBUG_TB_HOSTS" in getattr(app, "config", ()):
        app.config["DEBUG_TB_HOSTS"] = ("nowhere.invalid",)


def located(module: str, name: str | None) -> Any:
    """The app or factory of a module; of the module run as a script, if it makes it only then."""
    try:
        return find(importlib.import_module(module), name)
    except (AttributeError, LookupError) as error:
        try:
            names = runpy.run_module(module, run_name="__main__")
            return find(SimpleNamespace(**names), name)
        except BaseException:
            raise error from None


def read_environment_files(root: str) -> None:
    """Those that `flask run` reads where python-dotenv is installed; what is set stays."""
    try:
        dotenv = importlib.import_module("dotenv")
    except ImportError:
        return
    for name in (".env", ".flaskenv"):
        dotenv.load_dotenv(os.path.join(root, name))


def find(module: Any, name: str | None) -> Any:
    """The app or factory: as named, or by the usual names, or the only app there is."""
    if name:
        found = module
        for part in name.split("."):
            found = getattr(found, part)
        return found
    for usual in USUAL_NAMES:
        if callable(getattr(module, usual, None)):
            return getattr(module, usual)
    apps = [each for each in vars(module).values() if is_app(each)]
    if not apps:
        raise LookupError(f"There is no app and no factory in the module {module.__name__}.")
    return apps[0]


def made(found: Any, arguments: Any) -> tuple[Any, Any]:
    """The app itself; a factory is called without arguments, or with the first that it takes."""
    if is_app(found):
        return found, None
    choices = [tuple(arguments)] if arguments is not None else fitting(found)
    error: BaseException | None = None
    for choice in choices:
        try:
            app = found(*choice)
        except (TypeError, KeyError) as failed:
            error = error or failed
            if isinstance(failed, KeyError) and not choice:
                raise
            continue
        if app is None:
            raise LookupError(f"{found.__name__} returned no app.")
        return app, list(choice)
    raise error or LookupError(f"{found!r} could not be called.")


def fitting(factory: Any) -> list[tuple[Any, ...]]:
    """The argument lists that the factory's signature takes."""
    fits = []
    for choice in USUAL_ARGUMENTS:
        try:
            inspect.signature(factory).bind(*choice)
        except (TypeError, ValueError):
            continue
        fits.append(choice)
    return fits or [()]


def is_app(value: Any) -> bool:
    return is_wsgi(value) or any(
        each.__module__.startswith("starlette.applications") for each in type(value).__mro__
    )


def is_wsgi(value: Any) -> bool:
    return any(
        each.__module__.startswith("flask.") and each.__name__ == "Flask"
        for each in type(value).__mro__
    )


def converter(name: str, made_from: Any) -> dict[str, Any]:
    return {
        "name": name, "kind": type(made_from).__name__, "regex": made_from.regex,
        "min": getattr(made_from, "min", None), "max": getattr(made_from, "max", None),
    }  # fmt: skip


def paths_of(app: Any) -> list[str]:
    return [path for route in getattr(app, "routes", ()) if (path := getattr(route, "path", None))]


def told(error: BaseException) -> dict[str, Any]:
    """The error in words, and what of it can be helped."""
    missing = getattr(error, "name", None) if isinstance(error, ImportError) else None
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return {
        "type": type(error).__name__,
        "message": str(error)[:500],
        "trace": "".join(lines)[-4000:],
        "missing": missing if isinstance(error, ModuleNotFoundError) else None,
        "key": environment_key(error),
    }


def environment_key(error: BaseException) -> str | None:
    """The environment variable whose absence stopped the app."""
    frames = traceback.extract_tb(error.__traceback__)
    raised_in = os.path.basename(frames[-1].filename) if frames else ""
    if isinstance(error, KeyError) and raised_in in ("os.py", "<frozen os>"):
        return str(error.args[0])
    return None


def main() -> None:
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # What the user's code prints must not end up among the answers.
    holder = Holder(os.getcwd())
    tasks = {
        "load": holder.load, "rules": holder.rules, "request": holder.request,
        "genuine": holder.genuine, "prepare": holder.prepare,
    }  # fmt: skip
    for line in sys.stdin.buffer:
        message = json.loads(line)
        answer = tasks[message["do"]](message)
        output.write(json.dumps(answer, default=repr) + "\n")
        output.flush()


if __name__ == "__main__":
    main()
