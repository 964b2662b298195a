"""Flask-Moment's elements are the same; its script is our own and has the same interface."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from lsp_server.migrate.profiles.flask_moment import PROFILE
from tests.migrate.profiles.stories import HelperKit, Kit, told_twice

NOON = datetime(2026, 1, 2, 12, 30, 15, 999)
CALLS = [
    "moment(t).format()",
    "moment(t).format('LLLL')",
    "moment(t, local=True).format('YYYY-MM-DD', refresh=True)",
    "moment('2020-01-01T00:00:00').format('LL', refresh=5)",
    "moment(t).fromNow()",
    "moment(t).fromNow(no_suffix=True, refresh=True)",
    "moment(t).fromTime(u)",
    "moment(t).fromTime('2020-01-01', no_suffix=True)",
    "moment(t).toNow(True)",
    "moment(t).toTime(u, True, 2)",
    "moment(t).calendar()",
    "moment(t).calendar(refresh=30)",
    "moment(t).valueOf()",
    "moment(t).unix()",
    "moment(t).diff(u, 'days')",
    "moment(aware).format('中')",
    "moment.locale('es')",
    "moment.locale(auto_detect=True)",
    "moment.locale('xy', customization='{months: []}')",
    "moment.lang('fr')",
    "moment.create is defined",
]
INCLUDES = [
    "moment.include_moment()",
    "moment.include_moment(version='2.7.0')",
    "moment.include_moment(version='2.10.1', sri='sha-x')",
    "moment.include_moment(version='2.29.4', with_locales=False)",
    "moment.include_moment(local_js='/static/moment.js')",
    "moment.include_moment(local_js='/static/moment.js', sri='sha-x')",
    "moment.include_moment(no_js=True)",
    "moment.include_moment(version=None)",
]


def _app(kit: Kit, **config: Any) -> Any:
    app = kit["flask.Flask"]("shop")
    app.config.update(config)
    kit["flask_moment.Moment"]().init_app(app)
    return app


@pytest.mark.parametrize("call", CALLS)
def test_elements_are_the_same(call: str) -> None:
    def story(kit: Kit) -> Any:
        times = {
            "t": NOON,
            "u": NOON + timedelta(days=40),
            "aware": NOON.replace(tzinfo=timezone(timedelta(hours=2))),
        }
        with _app(kit).test_request_context("/"):
            return kit["flask.render_template_string"](f"{{{{ {call} }}}}", **times)

    assert told_twice(story, PROFILE)


@pytest.mark.parametrize("call", INCLUDES)
def test_moment_js_is_included_the_same_way(call: str) -> None:
    def story(kit: Kit) -> Any:
        with _app(kit, MOMENT_DEFAULT_FORMAT="LLL").test_request_context("/"):
            text = kit["flask.render_template_string"](f"{{{{ {call} }}}}")
        # Up to the functions, whose text is our own.
        return text.partition("function flask_moment_render")[0], text[-12:]

    assert 'moment.defaultFormat = "LLL";' in told_twice(story, PROFILE)[0]


def test_the_script_has_the_same_functions() -> None:
    def story(kit: Kit) -> Any:
        app = _app(kit)
        with app.app_context():
            script = kit["flask_moment.Moment"]().flask_moment_js()
        return re.findall(r"^function (\w+)", script, flags=re.M), "{{" in script.split("\n")[0]

    assert told_twice(story, PROFILE)[0] == ["flask_moment_render", "flask_moment_render_all"]


def test_a_moment_without_a_time_is_now() -> None:
    kit = HelperKit([PROFILE])
    now = kit["flask_moment.Moment"]().create().timestamp
    assert abs(datetime.now(UTC).replace(tzinfo=None) - now) < timedelta(minutes=1)


def test_what_a_user_wrote_stays_text() -> None:
    kit = HelperKit([PROFILE])
    element = kit["flask_moment.moment"]('"><script>').format('"<b>')
    assert "<script>" not in element
    assert "<b>" not in element
