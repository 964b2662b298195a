"""Templates find what they found, and are found where they were."""

from pathlib import Path
from typing import Any

import pytest

from tests.migrate.twins import Twins

TEMPLATES = """
from datetime import date
from flask import (Blueprint, Flask, flash, g, get_template_attribute, render_template,
                   render_template_string, request, session, stream_template)
app = Flask(__name__)
app.secret_key = "k"
app.jinja_options = {"trim_blocks": True}
bp = Blueprint("bp", __name__, url_prefix="/bp", template_folder="bp_templates")

@app.template_filter()
def shout(value):
    return value.upper() + "!"

@app.template_filter("rev")
def reverse(value):
    return value[::-1]

@app.template_test("big")
def is_big(n):
    return n > 5

@app.template_global()
def double(n):
    return n * 2

app.add_template_filter(lambda v: v + "?", "ask")
app.jinja_env.globals["fixed"] = "fixed"

@bp.app_template_filter("bpf")
def bp_filter(v):
    return f"bp {v}"

@bp.app_template_global()
def bp_global():
    return "bp global"

@bp.app_template_test()
def odd2(n):
    return n % 2 == 1

@app.context_processor
def common():
    return {"who": "app", "over": "processor", "path": request.path if request else "-"}

@bp.context_processor
def bp_common():
    return {"who": "bp"}

@bp.app_context_processor
def everywhere():
    return {"all": "everywhere"}

@app.route("/page")
def page():
    g.x = 1
    session["s"] = "<s>"
    flash("flashed <b>", "info")
    return render_template("page.html", over="view", v="<x>")

@bp.route("/page")
def bp_page():
    return render_template("bp.html", v="<x>") + render_template("page.html")

@app.route("/text")
def text():
    return render_template("plain.txt", v="<x>")

@app.route("/string")
def string():
    return render_template_string("{{ v }} {{ v|safe }} {{ over }} {{ [1, '<']|tojson }}", v="<x>")

@app.route("/choose")
def choose():
    return render_template(["missing.html", "plain.txt"], v=1)

@app.route("/missing")
def missing():
    return render_template("missing.html")

@app.route("/broken")
def broken():
    return render_template("broken.html")

@app.route("/undefined")
def undefined():
    return render_template_string("{{ a.b.c }}")

@app.route("/macro")
def macro():
    return get_template_attribute("macros.html", "hello")("<w>")

@app.route("/stream")
def stream():
    return stream_template("page.html", v="é")

@app.route("/pretty")
def pretty():
    return render_template_string("{{ {'b': 1, 'a': d}|tojson }}", d=date(2020, 1, 1))

app.register_blueprint(bp)
"""
FILES: dict[str, str | bytes] = {
    "templates/page.html": """{% extends "base.html" %}{% block body %}
{{ v }} {{ who }} {{ over }} {{ path }} {{ all }} {{ g.x }} {{ session.s }} {{ config.DEBUG }}
{{ "a"|shout }} {{ "ab"|rev }} {{ "x"|ask }} {{ "y"|bpf }} {{ 7 is big }} {{ 3 is odd2 }}
{{ double(4) }} {{ fixed }} {{ bp_global() }} {{ url_for("page", a="&") }} {{ request.method }}
{{ url_for("bp.bp_page") }} {{ url_for("static", filename="x.css") }} {{ request.endpoint }}
{% for category, message in get_flashed_messages(with_categories=true) %}{{ category }}{{ message }}
{% endfor %}{% import "macros.html" as m %}{{ m.hello("é") }}{% include "plain.txt" %}
{% from "macros.html" import where with context %}{{ where() }}{% endblock %}""",
    "templates/base.html": "<!doctype html>\r\n<p>{% block body %}{% endblock %}</p>\n",
    "templates/macros.html": "{% macro hello(n) %}hi {{ n }}{% endmacro %}"
    "{% macro where() %}{{ request.path }}{% endmacro %}",
    "templates/plain.txt": "plain {{ v }}\n\n",
    "templates/broken.html": "{% if %}",
    "bp_templates/bp.html": "bp {{ who }} {{ v }} {{ url_for('.bp_page') }}",
    "bp_templates/page.html": "must not be found",
}
PATHS = "/page /bp/page /text /string /choose /missing /broken /undefined /macro /stream /pretty"


@pytest.mark.parametrize(
    "config", [{}, {"TESTING": True}, {"EXPLAIN_TEMPLATE_LOADING": True}, {"DEBUG": True}], ids=str
)
def test_templates(tmp_path: Path, config: dict[str, Any]) -> None:
    twin = Twins(TEMPLATES, folder=tmp_path, files=FILES, config=config)
    for path in PATHS.split():
        twin.same("GET", path)


def test_templates_outside_of_a_request(tmp_path: Path) -> None:
    def render(app: Any) -> Any:
        import sys

        flask = sys.modules["flask"]
        with app.app_context():
            return flask.render_template_string("{{ path }} {{ who }} {{ g.get('a') }}")

    twin = Twins(TEMPLATES, folder=tmp_path, files=FILES)
    assert twin.each(render) == "- app None"
    twin.each(lambda app: sorted(app.jinja_env.list_templates()))
    twin.each(lambda app: [app.jinja_env.auto_reload, app.jinja_env.trim_blocks])


def test_a_changed_template_is_seen_as_flask_sees_it(tmp_path: Path) -> None:
    import os

    for settings in ({}, {"TEMPLATES_AUTO_RELOAD": True}, {"TEMPLATES_AUTO_RELOAD": False}):
        for debug in (False, True):
            head = f"app.config.update({settings!r})\napp.debug = {debug}\napp.jinja_options"
            source = TEMPLATES.replace("app.jinja_options", head)
            twin = Twins(source, folder=tmp_path, files=FILES)
            twin.each(lambda app: app.jinja_env.auto_reload)
            twin.same("GET", "/text")
            changed = tmp_path / "templates/plain.txt"
            changed.write_text("changed")
            os.utime(changed, (1, 1))
            twin.same("GET", "/text")
