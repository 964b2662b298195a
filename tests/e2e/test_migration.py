"""In Neovim: a Flask file is migrated once the user has said so, in the editor's own way to ask."""

from collections.abc import Iterator

import pytest

from tests.e2e.neovim import STOCK, Neovim
from tests.e2e.wire import wait_for
from tests.e2e.world import World

KIND = "refactor.rewrite.migrateToFastApi"
APP = '''\
"""A shop: 茶 🍵."""

from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/prices/<int:n>")
def price(n):  # 🍵
    return jsonify(price=n)
'''
# The numbers of the answers as Neovim lists them.
NOT_RUN, APPLY, NOTHING = "2", "1", "2"


@pytest.fixture
def neovim(world: World) -> Iterator[Neovim]:
    editor = Neovim(world, STOCK)
    editor.open(world.write("app.py", APP))
    yield editor
    editor.close()


def migrate(editor: Neovim, world: World, answer: str) -> str:
    """Run the action, answer both questions; how the job ended."""
    editor.run(KIND, (1, 1))
    for number, key in enumerate((NOT_RUN, answer), start=1):
        asked = lambda n=number: len(world.wire.from_server("window/showMessageRequest")) >= n  # noqa: E731
        wait_for("a question", asked)
        # Keys that come before Neovim asks would be taken for commands.
        wait_for("the prompt", lambda: editor.nvim.api.get_mode()["mode"] != "n")
        editor.nvim.input(f"{key}<CR>")
    return str(world.wire.wait_ended()["outcome"])


def test_a_flask_file_is_migrated_when_the_user_applies_it(neovim: Neovim, world: World) -> None:
    assert migrate(neovim, world, APPLY) == "finished"
    app = next(each for each in neovim.nvim.buffers if each.name.endswith("app.py"))
    text = "\n".join(app[:])
    assert '@app.get("/prices/{n:int}")\ndef price(n):  # 🍵' in text
    helper = next(each for each in neovim.nvim.buffers if each.name.endswith("flask_compat.py"))
    assert any(line.startswith("class App(") for line in helper[:])


def test_nothing_changes_when_the_user_does_not(neovim: Neovim, world: World) -> None:
    assert migrate(neovim, world, NOTHING) == "cancelled"
    app = next(each for each in neovim.nvim.buffers if each.name.endswith("app.py"))
    assert "\n".join(app[:]) + "\n" == APP
    assert not (world.workspace / "flask_compat.py").exists()
