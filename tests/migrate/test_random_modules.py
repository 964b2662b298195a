"""Modules put together at random: the result parses, stays, and keeps what is not Flask's."""

import ast
from pathlib import Path, PurePosixPath

from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.migrate.workspace import Workspace
from tests.migrate.test_rules import migrated

HEADS = (
    '"""Doc."""\n',
    "#!/usr/bin/env python\n",
    "from __future__ import annotations\n",
    "\f\n",
    "",
)
IMPORTS = (
    "import flask\n", "import flask as f, os\n", "from flask import Flask\n",
    "from flask import (\n    Flask,\n    request,  # 中\n)\n", "from flask import *\n",
    "try:\n    from flask import g, escape\nexcept ImportError:\n    g = None\n",
    "import flask.views\n", "from flask.views import View as V, MethodView\n",
    "from flask_login import current_user, login_required as lr\n", "import uvicorn\n",
    "if True:\n\timport flask; import sys\n", "from flask import json, session as s; x = 1\n",
    "class App: ...\n", "from flask_restful import fields\n",
)  # fmt: skip
BODIES = (
    "app = Flask(__name__)\n", "app = flask.Flask(__name__)\n", "app = other = f.Flask('x')\n",
    "@app.route('/<int:n>', methods=['POST'],)  # c\ndef a(n):\n\treturn flask.request.args\n",
    "@app.route(\n    '/x',  # 中文\n    methods=('GET', 'POST')\n)\ndef b(): return json.dumps\n",
    "@app.get('/<any(a,b):x>')\ndef c(x):\n    'doc \\\n    more'\n    return escape(x)\n",
    "bp = flask.Blueprint('b', __name__, url_prefix='/b')\napp.register_blueprint(bp)\n",
    "def create() -> Flask:\n    app = Flask(__name__)\n    app.run(debug=True)\n    return app\n",
    "x: 'Flask' = None\n", "class W(flask.views.MethodView):\n    def get(self): return f.g.x\n",
    "if __name__ == '__main__': app.run(port=80)\n", "y = {'a' : 1,\n 'b':2 }\n",
    "\f\n# end\n", " \f\n",
    "@lr\ndef d(): return current_user, s, fields.String\n", "z = [Flask for Flask in ()]\n",
)  # fmt: skip
OTHERS = ("y = {'a' : 1,", " 'b':2 }", "# end", "import uvicorn", "class App: ...")


@st.composite
def modules(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(HEADS))
    imports = draw(st.lists(st.sampled_from(IMPORTS), max_size=6))
    bodies = draw(st.lists(st.sampled_from(BODIES), max_size=8))
    text = head + "".join(imports) + "".join(bodies)
    return text.replace("\n", draw(st.sampled_from(("\n", "\r\n"))))


@settings(max_examples=150, deadline=None)
@given(modules())
def test_any_module_is_rewritten_once_and_for_all(text: str) -> None:
    workspace = Workspace(Path("/project"), {PurePosixPath("app.py"): text})
    result = migrated(workspace).files.get(PurePosixPath("app.py"), text)
    ast.parse(result)
    again = Workspace(Path("/project"), {PurePosixPath("app.py"): result})
    assert dict(migrated(again).files) == {}
    lines, new = text.splitlines(), result.splitlines()
    for each in OTHERS:
        assert new.count(each) >= lines.count(each)
    assert ("\r\n" in result) == ("\r\n" in text)
    assert result.count("\f") == text.count("\f")
    assert "from flask " not in result
