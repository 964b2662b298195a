"""Commands run in the app's context, as `flask NAME` ran them."""

from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import click
import pytest
from click.testing import CliRunner

from lsp_server.migrate.runtime import serving
from lsp_server.migrate.runtime.app import App
from lsp_server.migrate.runtime.flask_group import FlaskGroup
from tests.migrate.twins import Twins

COMMANDS = '''
import click
from flask import Blueprint, Flask, current_app, g
from flask.cli import AppGroup, with_appcontext
app = Flask("named")
bp = Blueprint("bp", __name__)
merged = Blueprint("merged", __name__, cli_group=None)
renamed = Blueprint("renamed", __name__, cli_group="other")
outer = Blueprint("outer", __name__)
inner = Blueprint("inner", __name__)
ended = []

@app.teardown_appcontext
def end(error):
    ended.append(repr(error))

@app.cli.command("hello")
@click.argument("name")
@click.option("--times", default=1)
def hello(name, times):
    """Say hello."""
    click.echo(f"hello {name} " * times + current_app.name)

@app.cli.command()
def two_words():
    click.echo("two")

@app.cli.command(with_appcontext=False)
def bare():
    try:
        click.echo(current_app.name)
    except RuntimeError:
        click.echo("no context")

@app.cli.command()
def fails():
    raise ValueError("broken")

@app.cli.command()
def leaves():
    raise SystemExit(3)

@click.command("added")
@with_appcontext
def added():
    g.x = 1
    click.echo(f"added {current_app.name} {g.x}")

@click.command("plain")
@click.pass_context
def plain(ctx):
    click.echo("plain")

app.cli.add_command(added)
app.cli.add_command(plain)
db = AppGroup("db", help="Database.")

@db.command("init")
def init():
    click.echo(f"init {current_app.name}")

@db.group()
def deep():
    click.echo("deep")

@deep.command()
def down():
    click.echo(f"down {current_app.name}")

app.cli.add_command(db)

for part in (bp, merged, renamed, inner):
    @part.cli.command(f"cmd-{part.name}")
    def command():
        click.echo(f"in {current_app.name}")

outer.register_blueprint(inner)
for part in (bp, merged, renamed, outer):
    app.register_blueprint(part)

@app.shell_context_processor
def more():
    return {"more": 1}
'''
MANAGE = """
import click
from flask import Flask, current_app
from flask.cli import AppGroup, FlaskGroup, ScriptInfo, pass_script_info

def create_app():
    app = Flask("managed")
    sub = AppGroup("sub")
    sub.command("go")(lambda: click.echo(current_app.name))
    app.cli.add_command(sub)

    @app.cli.command(with_appcontext=False)
    @click.option("--name", default=lambda: current_app.name)
    def named(name):
        click.echo(name + str(bool(current_app)))

    app.get("/x")(lambda: "")
    return app

manage = FlaskGroup("manage", create_app=create_app)
app = create_app()

@manage.command()
@click.option("--times", default=1)
@pass_script_info
def say(info, times):
    click.echo(times * current_app.name + info.load_app().name)
"""
TOLD = """
import click
from flask import Flask, current_app
from flask.cli import pass_script_info

app = Flask("told")

@app.cli.command(with_appcontext=False)
@pass_script_info
def passed(info):
    click.echo(info.load_app().name)

@click.command()
@click.pass_obj
def whoami(info):
    click.echo(info.load_app().name)

app.cli.add_command(whoami)

@app.cli.command(with_appcontext=False)
@click.option("--name", default=lambda: current_app.name if current_app else "none")
def named(name):
    click.echo(name)
"""
LINES = [
    "hello x",
    "hello x --times 2",
    "hello",
    "two-words",
    "bare",
    "fails",
    "leaves",
    "added",
    "plain",
    "db init",
    "db deep down",
    "db",
    "bp cmd-bp",
    "cmd-merged",
    "other cmd-renamed",
    "outer.inner cmd-inner",
    "nothing",
    "hello --help",
]


@pytest.mark.parametrize("line", LINES)
def test_commands(line: str) -> None:
    def invoke(app: Any) -> Any:
        import sys

        result = app.test_cli_runner().invoke(args=line.split())
        ended = sys.modules["twin_app"].ended
        return result.output, result.exit_code, repr(result.exception), list(ended)

    twin = Twins(COMMANDS)
    twin.each(invoke)
    twin.each(invoke)


def test_names_of_commands_and_of_the_shell() -> None:
    twin = Twins(COMMANDS)
    twin.each(lambda app: sorted(app.cli.commands))
    twin.each(lambda app: app.cli.name)

    def shell(app: Any) -> Any:
        with app.app_context():
            return sorted(app.make_shell_context())

    twin.each(shell)


def test_commands_find_their_app_without_a_runner() -> None:
    twin = Twins(COMMANDS)
    for line in ("hello you", "added", "db init", "bp cmd-bp"):
        result = CliRunner().invoke(twin.fastapi.cli, line.split())
        assert "named" in result.output, line


def test_a_command_that_is_called_by_itself_finds_its_app() -> None:
    def invoke(app: Any) -> Any:
        import sys

        kept = vars(sys.modules["twin_app"])
        commands = (kept["added"], kept["init"], kept["down"], kept["command"])
        return [app.test_cli_runner().invoke(command).output for command in commands]

    twin = Twins(COMMANDS)
    for said in (twin.each(invoke), _said_without_a_runner(twin)):
        assert all("named" in text for text in said), said


def _said_without_a_runner(twin: Twins) -> list[str]:
    groups = twin.fastapi.cli.commands
    commands = (groups["added"], groups["db"].commands["init"], groups["cmd-merged"])
    deep = groups["db"].commands["deep"].commands["down"]
    return [CliRunner().invoke(command).output for command in (*commands, deep)]


def test_a_command_is_told_its_app() -> None:
    twin = Twins(TOLD)
    for runner in (lambda app: app.test_cli_runner(), lambda app: CliRunner()):
        for name in ("passed", "whoami"):
            result = runner(twin.fastapi).invoke(twin.fastapi.cli, [name])
            assert result.output == "told\n", result.exception


def test_a_program_has_an_app_context_for_all_of_a_command() -> None:
    twin = Twins(TOLD)
    twin.each(lambda app: app.test_cli_runner().invoke(args=["named"]).output)
    assert CliRunner().invoke(twin.fastapi.cli, ["named"]).output == "told\n"


def test_a_group_of_ones_own_has_the_apps_commands_too() -> None:
    def create_app() -> App:
        app = App(__name__)

        @app.cli.command("own")
        def own() -> None:
            click.echo("own")

        @app.get("/a/{n:int}")
        def view(n: int) -> str:
            return str(n)

        return app

    group = FlaskGroup(create_app=create_app, name="manage")

    @group.command("extra")
    def extra() -> None:
        click.echo("extra")

    runner = CliRunner()
    assert runner.invoke(group, ["own"]).output == "own\n"
    assert runner.invoke(group, ["extra"]).output == "extra\n"
    assert "/a/<int:n>" in runner.invoke(group, ["routes"]).output
    listed = runner.invoke(group, ["--help"]).output
    assert all(name in listed for name in ("own", "extra", "run", "shell", "routes"))


def test_a_group_finds_the_app_by_name(tmp_path: Any, monkeypatch: Any) -> None:
    (tmp_path / "shop.py").write_text(
        "from lsp_server.migrate.runtime.app import App\n"
        "def create_app(name='shop'):\n"
        "    app = App(name, root_path='.')\n"
        "    app.cli.command('say')(lambda: print(name))\n"
        "    return app\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    runner = CliRunner()
    for path, said in (
        ("shop", "shop"),
        ("shop:create_app", "shop"),
        ("shop:create_app('other')", "other"),
        ("shop.py", "shop"),
    ):
        assert runner.invoke(FlaskGroup(), ["--app", path, "say"]).output == f"{said}\n"
    for path in ("nothing", "shop:nothing"):
        assert runner.invoke(FlaskGroup(), ["--app", path, "say"]).exit_code == 2
    assert "Could not locate" in runner.invoke(FlaskGroup(), ["say"]).output


@pytest.mark.parametrize(
    "line", ["--help", "say", "say --times 2", "named", "none", "sub go", "routes"]
)
def test_a_group_for_a_factory_answers_as_before(line: str) -> None:
    def invoke(app: Any) -> Any:
        import sys

        result = CliRunner().invoke(sys.modules["twin_app"].manage, line.split())
        words = [word for word in ("say", "sub", "run", "shell", "routes") if word in result.output]
        return result.exit_code, words if line == "--help" else result.output

    Twins(MANAGE).each(invoke)


@pytest.mark.parametrize("variable, expected", [("FLASK_RUN_PORT", "8123"), ("OTHER", "5000")])
def test_run_takes_its_options_from_the_environment(
    variable: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[Any] = []
    monkeypatch.setattr("uvicorn.run", lambda app, **given: served.append(given["port"]))
    monkeypatch.setenv(variable, "8123")
    group = FlaskGroup(create_app=lambda: App(__name__))
    line = ["run", "--reload", "--no-debugger", "--with-threads"]
    assert CliRunner().invoke(group, line).exit_code == 0
    assert served == [int(expected)]


@pytest.mark.parametrize(
    "given, files",
    [
        (None, {}),
        (("a.crt", "a.key"), {"ssl_certfile": "a.crt", "ssl_keyfile": "a.key"}),
        (("a.pem",), {"ssl_certfile": "a.pem", "ssl_keyfile": None}),
        ("adhoc", {"ssl_certfile": "made.crt", "ssl_keyfile": "made.key"}),
    ],
)
def test_run_serves_with_the_certificate_that_it_is_given(
    given: Any, files: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[Any] = []
    monkeypatch.setattr("uvicorn.run", lambda app, host, port, **given: served.append(given))
    monkeypatch.setattr(serving, "make_ssl_devcert", lambda base: ("made.crt", "made.key"))
    App(__name__).run(ssl_context=given)
    assert served == [files]


def test_run_serves_with_a_context_that_is_made_already(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Any] = []
    monkeypatch.setattr("uvicorn.Server.run", lambda self: served.append(self.config))
    context = SSLContext(PROTOCOL_TLS_SERVER)
    App(__name__).run(port=8443, ssl_context=context)
    assert [(each.port, each.ssl) for each in served] == [(8443, context)]
