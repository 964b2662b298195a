"""Bootstrap-Flask's macros, drawn with the extension's object and with our own."""

from __future__ import annotations

from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import pytest
import wtforms
from werkzeug.datastructures import MultiDict

from lsp_server.migrate.profiles.flask_bootstrap import PROFILE
from lsp_server.migrate.profiles.flask_bootstrap.pieces import bootstrap_folder
from lsp_server.migrate.profiles.sqlalchemy import PROFILE as SQLALCHEMY
from tests.migrate.profiles.stories import HelperKit, Kit, answer, told_twice

HEAD = [
    "bootstrap.load_css()",
    "bootstrap.load_css('5.0.0')",
    "bootstrap.load_css(bootstrap_sri='sha-x')",
    "bootstrap.load_css(bootswatch_theme='Darkly')",
    "bootstrap.load_icon_font_css()",
    "bootstrap.load_js()",
    "bootstrap.load_js(version='4.0.0', popper_version='1.0.0')",
    "bootstrap.load_js(version='5.0.0', with_popper=False)",
    "bootstrap.load_js(with_jquery=False, nonce='abc', bootstrap_sri='sha-x')",
    "bootstrap.load_js(jquery_sri='sha-y', popper_sri='sha-z', jquery_version='3.0.0')",
]
MACROS = """\
{% from "bootstrapN/form.html" import render_form, render_field, render_form_row %}
{% from "bootstrapN/nav.html" import render_nav_item, render_breadcrumb_item %}
{% from "bootstrapN/pagination.html" import render_pagination, render_pager %}
{% from "bootstrapN/table.html" import render_table %}
{% from "bootstrapN/utils.html" import render_icon, render_messages, render_static %}
{{ render_form(form) }}{{ render_form_row([form.name, form.agree]) }}
{{ render_nav_item("index", "首页") }}{{ render_breadcrumb_item("index", "Home") }}
{{ render_pagination(page) }}{{ render_pager(page) }}
{{ render_table(rows, show_actions=True, view_url=("row", [("id", ":id")])) }}
{{ render_table([], titles=[("id", "#")]) }}
{{ render_icon("heart", color="red") }}{{ render_icon("heart", font=True) }}
{{ render_static("css", "own.css") }}{{ render_messages(dismissible=True) }}
"""


class OrderForm(wtforms.Form):
    """A field of each kind that the macros treat in a way of its own."""

    secret = wtforms.HiddenField()
    name = wtforms.StringField("Name", [wtforms.validators.InputRequired()])
    note = wtforms.TextAreaField(description="<i>any</i>")
    agree = wtforms.BooleanField()
    size = wtforms.RadioField(choices=["s", "m"])
    file = wtforms.FileField()
    send = wtforms.SubmitField()

    def hidden_tag(self) -> Any:
        return self.secret()


def _app(kit: Kit, version: int, **config: Any) -> Any:
    app = kit["flask.Flask"]("shop")
    app.config.update({"SECRET_KEY": "x", "SQLALCHEMY_DATABASE_URI": "sqlite://", **config})
    kit[f"flask_bootstrap.Bootstrap{version}"](app)
    return app


@pytest.mark.parametrize("version", [4, 5])
@pytest.mark.parametrize("local", [False, True])
def test_the_head_is_the_same(version: int, local: bool) -> None:
    def story(kit: Kit) -> Any:
        told = []
        for theme in (None, "Lux"):
            config = {"BOOTSTRAP_SERVE_LOCAL": local, "BOOTSTRAP_BOOTSWATCH_THEME": theme}
            with _app(kit, version, **config).test_request_context("/"):
                render = kit["flask.render_template_string"]
                told += [render(f"{{{{ {call} }}}}") for call in HEAD]
        return told

    assert ("/bootstrap/static/css" in told_twice(story, PROFILE)[0]) == local


@pytest.mark.parametrize("version", [4, 5])
def test_macros_draw_the_same(version: int) -> None:
    def story(kit: Kit) -> Any:
        app = _app(kit, version)
        db = kit["flask_sqlalchemy.SQLAlchemy"](app)

        class Row(db.Model):  # type: ignore[name-defined]
            id = db.Column(db.Integer, primary_key=True)
            full_name = db.Column(db.String(20))
            _hidden = db.Column(db.String(20))

        @app.route("/row/<int:id>")
        def row(id: int) -> Any:
            return str(id)

        @app.route("/", methods=["GET", "POST"])
        def index() -> Any:
            form = OrderForm(MultiDict(kit["flask.request"].form))
            form.validate()
            kit["flask.flash"]("<b>", "error")
            page = db.paginate(db.select(Row).order_by(Row.id), per_page=2)
            return kit["flask.render_template_string"](
                MACROS.replace("bootstrapN", f"bootstrap{version}"),
                form=form,
                page=page,
                rows=page.items,
            )

        with app.app_context():
            db.create_all()
            db.session.add_all(Row(full_name=f"Ann {number}") for number in range(9))
            db.session.commit()
        client = app.test_client()
        return [answer(client.get(path)) for path in ("/", "/?page=3")], answer(client.post("/"))

    told = told_twice(story, SQLALCHEMY, PROFILE)
    assert "Full Name" in told[0][0][2]


def test_static_files_are_served() -> None:
    def story(kit: Kit) -> Any:
        client = _app(kit, 5).test_client()
        paths = ("js/bootstrap.min.js", "css/bootswatch/lux/bootstrap.min.css", "none.css")
        return [answer(client.get(f"/bootstrap/static/{path}", buffered=True)) for path in paths]

    assert [status for status, _, _ in told_twice(story, PROFILE)] == [200, 200, 404]


def test_templates_can_refuse_with_a_sentence() -> None:
    kit = HelperKit([PROFILE])
    app = _app(kit, 5)
    with app.test_request_context("/"), pytest.raises(RuntimeError, match="no title"):
        kit["flask.render_template_string"]("{{ raise('no title') }}")
    assert app.jinja_env.globals["bootstrap_is_hidden_field"](OrderForm().secret)
    assert app.jinja_env.globals["get_table_titles"]([], "id", "#") == []


def test_a_switch_is_a_checkbox() -> None:
    class Form(wtforms.Form):
        on = HelperKit([PROFILE])["flask_bootstrap.SwitchField"]("On", description="now")

    assert 'type="checkbox"' in Form().on()


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(PathFinder, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match="Install bootstrap-flask 2"):
        bootstrap_folder()
