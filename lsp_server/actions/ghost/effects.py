"""Functions that must not be called with generated values: they change or ask the world.

Told by what they call, directly or through other functions of the module. Reading files counts:
names drawn at random are no test of it.
"""

import ast
from collections.abc import Iterator

from lsp_server.actions.ghost.names import Names

CALLS = frozenset(
    {
        "open", "input", "exec", "eval", "__import__", "exit", "quit", "breakpoint", "help",
        "time.sleep", "io.open", "codecs.open", "os.open", "importlib.import_module",
        "importlib.reload", "asyncio.run", "sqlite3.connect", "gc.disable", "random.seed",
    }
)  # fmt: skip
OWNERS = (
    "os.", "shutil.", "subprocess.", "socket.", "urllib.request.", "http.", "requests.", "httpx.",
    "aiohttp.", "sys.exit", "sys.stdin", "sys.set", "sys.modules", "sys.path.", "threading.",
    "multiprocessing.", "concurrent.", "signal.", "tempfile.", "webbrowser.", "ctypes.", "pickle.",
    "marshal.", "shelve.", "dbm.", "runpy.", "pty.", "resource.", "atexit.", "faulthandler.",
    "select.", "ssl.", "smtplib.", "ftplib.", "getpass.", "_thread.", "zipfile.", "tarfile.",
    "mmap.", "fcntl.", "locale.setlocale", "logging.basicConfig", "warnings.simplefilter",
)  # fmt: skip
HARMLESS = ("os.path.", "os.fspath", "os.sep", "os.environ.get", "os.getenv", "os.fsencode",
            "os.fsdecode", "os.linesep", "http.HTTPStatus")  # fmt: skip
ON_DISK = ("os.path.exists", "os.path.isfile", "os.path.isdir", "os.path.getsize")
METHODS = frozenset(
    {
        "unlink", "rmdir", "write_text", "write_bytes", "read_text", "read_bytes", "mkdir", "touch",
        "symlink_to", "hardlink_to", "chmod", "lchmod", "rmtree", "sendall", "recv", "connect",
        "serve_forever", "mainloop", "communicate", "kill", "terminate", "readline",
    }
)  # fmt: skip


def effects(names: Names) -> dict[str, str]:
    """The functions and methods (`Class.method`) with effects, and the call that tells."""
    bodies = dict(_bodies(names))
    called = {name: list(_calls(names, body, name)) for name, body in bodies.items()}
    found = {
        name: next(call for call in calls if _is_effect(call))
        for name, calls in called.items()
        if any(map(_is_effect, calls))
    }
    while True:
        more = {
            name: found[call]
            for name, calls in called.items()
            if name not in found
            for call in calls
            if call in found
        }
        if not more:
            return found
        found |= more


def _bodies(names: Names) -> Iterator[tuple[str, list[ast.stmt]]]:
    for name, node in names.functions.items():
        yield name, node.body
    for owner, definition in names.classes.items():
        for each in definition.body:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                name = owner if each.name == "__init__" else f"{owner}.{each.name}"
                yield name, each.body


def _calls(names: Names, body: list[ast.stmt], name: str) -> Iterator[str]:
    """What is called, by dotted path; own methods as `Class.method`."""
    owner = name.partition(".")[0]
    for node in (each for statement in body for each in ast.walk(statement)):
        if not isinstance(node, ast.Call):
            continue
        dotted = names.dotted(node.func)
        if dotted.startswith(("self.", "cls.")):
            yield f"{owner}.{dotted.partition('.')[2]}"
        elif dotted:
            yield dotted
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            yield f"….{node.func.attr}"


def _is_effect(call: str) -> bool:
    if call in CALLS or call.startswith("….") or call in ON_DISK:
        return True
    return call.startswith(OWNERS) and not call.startswith(HARMLESS)
