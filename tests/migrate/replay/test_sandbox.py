"""What a child may not do, tried by code that does it."""

import os
import sys
import time
from pathlib import Path

import pytest

from lsp_server.migrate.replay.apps import App, AppPlace, NotLoaded
from lsp_server.migrate.replay.child_process import Child, ChildDied
from lsp_server.migrate.replay.sandbox import Limits, Sandbox, isolation
from lsp_server.migrate.replay.wire import Request

APP = """
import os, socket, sqlite3, subprocess, sys, time
from flask import Flask, request

app = Flask(__name__)
print("this must not end up among the answers")

@app.route("/write")
def write():
    with open(request.args["path"], "w") as file:
        file.write("x")
    return "written"

@app.route("/database")
def database():
    sqlite3.connect(request.args["path"]).execute("CREATE TABLE IF NOT EXISTS t (a)")
    return "opened"

@app.route("/remove")
def remove():
    os.remove(request.args["path"])
    return "removed"

@app.route("/connect")
def connect():
    socket.create_connection(("127.0.0.1", int(request.args["port"])), 2)
    return "connected"

@app.route("/memory")
def memory():
    return str(len(bytearray(int(request.args["bytes"]))))

@app.route("/sleep")
def sleep():
    time.sleep(600)

@app.route("/die")
def die():
    print("last words", file=sys.stderr, flush=True)
    os._exit(3)

@app.route("/environment")
def environment():
    return "\\n".join(f"{name}={value}" for name, value in os.environ.items())

@app.route("/spawn")
def spawn():
    code = ("import time, pathlib\\nwhile True:\\n time.sleep(0.1)\\n"
            " pathlib.Path('beat').write_text(str(time.time()))")
    subprocess.Popen([sys.executable, "-c", code], start_new_session="apart" in request.args)
    return "spawned"
"""


def app(folder: Path, text: str = APP, limits: Limits | None = None) -> App:
    root = folder / "copy"
    root.mkdir()
    (root / "app.py").write_text(text, "utf-8")
    sandbox = Sandbox(Path(sys.executable), folder, limits or Limits())
    return App(sandbox, root, AppPlace("app"))


def get(running: App, target: str) -> str:
    answer = running.send(Request("GET", target))
    return answer.text if answer.status == 200 else str(answer.status)


def test_a_child_writes_to_its_copy_and_nowhere_else(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("kept", "utf-8")
    with app(tmp_path) as running:
        running.load()
        (running.root / "link").symlink_to(outside)
        assert get(running, "/write?path=inside.txt") == "written"
        assert get(running, f"/write?path={outside}") == "500"
        assert get(running, "/write?path=link") == "500"
        assert get(running, "/database?path=inside.sqlite") == "opened"
        assert get(running, f"/database?path={tmp_path}/outside.sqlite") == "500"
        assert get(running, f"/remove?path={outside}") == "500"
    assert outside.read_text("utf-8") == "kept"
    assert not (tmp_path / "outside.sqlite").exists()


def test_a_child_has_no_network(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server, app(tmp_path) as running:
        running.load()
        assert get(running, f"/connect?port={server.getsockname()[1]}") == "500"


def test_a_child_has_a_memory_limit(tmp_path: Path) -> None:
    with app(tmp_path, limits=Limits(memory=1 << 30)) as running:
        running.load()
        assert get(running, "/memory?bytes=1000000") == "1000000"
        assert get(running, f"/memory?bytes={2 << 30}") == "500"


def test_a_child_sees_none_of_the_users_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    with app(tmp_path) as running:
        running.load()
        found = get(running, "/environment")
    assert "secret" not in found
    assert f"HOME={tmp_path}" in found
    assert f"HOME={os.environ.get('HOME')}\n" not in found


def test_a_child_reads_the_environment_files_that_flask_run_would_read(tmp_path: Path) -> None:
    dotenv = (
        "import os, pathlib\n"
        "def load_dotenv(path):\n"
        "    lines = pathlib.Path(path).read_text().split()\n"
        "    for name, value in (line.split('=') for line in lines):\n"
        "        os.environ.setdefault(name, value)\n"
    )
    with app(tmp_path) as running:
        (running.root / "dotenv.py").write_text(dotenv, "utf-8")
        (running.root / ".env").write_text("SHOP=mine\n", "utf-8")
        (running.root / ".flaskenv").write_text("SHOP=ours\nCOLOUR=red\n", "utf-8")
        running.load()
        found = get(running, "/environment").splitlines()
    assert {"SHOP=mine", "COLOUR=red"} <= set(found)


def test_the_last_words_of_a_child_are_its_last_line(tmp_path: Path) -> None:
    text = "import os, sys\nsys.stderr.write('Traceback:\\nKeyError: 1\\n')\nos._exit(3)\n"
    with app(tmp_path, text) as running, pytest.raises(NotLoaded, match=r"words: KeyError: 1$"):
        running.load()


def test_a_child_that_dies_is_an_answer_and_is_started_again(tmp_path: Path) -> None:
    with app(tmp_path) as running:
        running.load()
        answer = running.send(Request("GET", "/die"))
        assert (answer.status, answer.raised) == (0, "It ended")
        assert get(running, "/memory?bytes=1") == "1"


def test_a_child_that_dies_again_and_again_is_given_up(tmp_path: Path) -> None:
    with app(tmp_path) as running, pytest.raises(ChildDied, match="last words"):
        running.load()
        for _ in range(9):
            running.send(Request("GET", "/die"))


def test_a_child_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lsp_server.migrate.replay.apps.REQUEST_SECONDS", 0.5)
    with app(tmp_path) as running:
        running.load()
        answer = running.send(Request("GET", "/sleep"))
        assert answer.raised is not None
        assert answer.raised.startswith("It did not answer")


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    beat = tmp_path / "copy" / "beat"
    # Only a process table of its own holds what has left the child's group.
    apart = "?apart=1" if "--pid" in isolation() else ""
    with app(tmp_path) as running:
        running.load()
        assert get(running, f"/spawn{apart}") == "spawned"
        until = time.monotonic() + 20
        while not beat.exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert beat.exists()
    last = beat.read_text("utf-8")
    time.sleep(0.5)
    assert beat.read_text("utf-8") == last


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import nothing_like_this", "nothing_like_this"),
        ("x = 1", "no app and no factory"),
        ("def create_app():\n    raise RuntimeError('no database')", "no database"),
        ("def create_app():\n    pass", "returned no app"),
        ("import sys; sys.exit(3)", "SystemExit"),
        ("import os; os._exit(3)", "It ended"),
        ("def f(:", "invalid syntax"),
    ],
)
def test_why_an_app_cannot_be_loaded_is_told(tmp_path: Path, text: str, told: str) -> None:
    with app(tmp_path, text) as running, pytest.raises(NotLoaded, match=told):
        running.load()


def test_a_missing_module_is_named(tmp_path: Path) -> None:
    with app(tmp_path, "import nothing_like_this") as running:
        with pytest.raises(NotLoaded) as caught:
            running.load()
        assert caught.value.missing == "nothing_like_this"


def test_an_app_gets_the_variables_that_it_cannot_do_without(tmp_path: Path) -> None:
    text = (
        "import os\nfrom flask import Flask\napp = Flask(__name__)\n"
        "app.secret_key = os.environ['OWN_SECRET']\nurl = os.environ['DATABASE_URL']\n"
        "@app.route('/')\ndef index(): return url\n"
    )
    with app(tmp_path, text) as running:
        running.load()
        assert get(running, "/").startswith(f"sqlite:///{tmp_path}/copy/")


def test_a_factory_that_needs_an_argument_gets_a_usual_one(tmp_path: Path) -> None:
    text = (
        "from flask import Flask\nSETTINGS = {'testing': 1, 'default': 2}\n"
        "def create_app(name):\n    app = Flask(__name__)\n    SETTINGS[name]\n    return app\n"
    )
    with app(tmp_path, text) as running:
        running.load()
        assert running.arguments == ["testing"]


def test_lines_that_are_no_answer_end_the_child(tmp_path: Path) -> None:
    sandbox = Sandbox(Path(sys.executable), tmp_path)
    process = sandbox.start("probe.py", tmp_path, arguments=["json"])
    with Child(process, 20) as child:
        assert child.next_line(20)["missing"] == []
        with pytest.raises(ChildDied):
            child.next_line(20)
