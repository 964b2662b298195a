"""One app on Flask-Babel, built of whatever `flask` and `ext` are: the real ones or ours."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

TEXTS: dict[str, dict[str | tuple[str, ...], str | tuple[str, ...]]] = {
    "de": {
        "Hello": "Hallo",
        "Hello %(name)s": "Hallo %(name)s, 100 %% neu",
        ("%(num)d apple", "%(num)d apples"): ("%(num)d Apfel", "%(num)d Äpfel"),
        "Later": "Später",
    },
    "zh_Hans_CN": {"Hello": "你好", ("%(num)d apple", "%(num)d apples"): ("%(num)d个苹果",)},
    "pl": {
        ("%(num)d apple", "%(num)d apples"): (
            "%(num)d jabłko",
            "%(num)d jabłka",
            "%(num)d jabłek",
        ),
    },
}
IN_CONTEXT = {"de": {"May": "Mai"}}

TEMPLATE = """\
{% trans %}Hello{% endtrans %}|{{ _("Hello %(name)s", name="<b>") }}|{{ gettext("Hello") }}
{{ ngettext("%(num)d apple", "%(num)d apples", n) }}|{{ pgettext("month", "May") }}
{{ npgettext("month", "%(num)d May", "%(num)d Mays", n) }}
{% trans count=n %}{{ count }} apple{% pluralize %}{{ count }} apples{% endtrans %}
{{ moment|datetimeformat }}|{{ moment|dateformat("long") }}|{{ moment|timeformat("short") }}
{{ span|timedeltaformat }}|{{ 1234.5|numberformat }}|{{ 1234.5|decimalformat("#,##0.000") }}
{{ 1234.5|currencyformat("EUR") }}|{{ 0.256|percentformat }}|{{ 12345|scientificformat }}
{{ later }}
"""


def write_translations(folder: Path, domain: str, suffix: str = "") -> None:
    """Compile TEXTS, as `pybabel compile` would."""
    for locale, texts in TEXTS.items():
        catalog = Catalog(locale)
        for key, value in texts.items():
            catalog.add(key, f"{value}{suffix}" if isinstance(value, str) else value)
        for key, value in IN_CONTEXT.get(locale, {}).items():
            catalog.add(key, value, context="month")
        path = folder / locale / "LC_MESSAGES" / f"{domain}.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_mo(file, catalog)


def babel_app(flask: Any, ext: Any, root: Path, config: dict[str, Any], **options: Any) -> Any:
    """The app; `options` go to Babel."""
    app = flask.Flask("babel_app", root_path=str(root))
    app.config.update(PROPAGATE_EXCEPTIONS=False, **config)
    selectors = {
        "locale_selector": lambda: flask.request.args.get("lang"),
        "timezone_selector": lambda: flask.request.args.get("tz"),
    }
    babel = ext.Babel(app, **{**selectors, **options})
    _texts(flask, ext, app, babel, ext.lazy_gettext("Later"))
    _formats(flask, ext, app)
    _switches(flask, ext, app, root)
    return app


def _texts(flask: Any, ext: Any, app: Any, babel: Any, later: Any) -> None:
    @app.route("/texts")
    def texts() -> Any:
        n = flask.request.args.get("n", 1, type=int)
        apples = ("%(num)d apple", "%(num)d apples")
        return flask.jsonify(
            plain=ext.gettext("Hello"),
            underscore=ext._("Hello %(name)s", name="Ann"),
            unknown=ext.gettext("100% unknown"),
            plural=ext.ngettext(*apples, n),
            context=ext.pgettext("month", "May"),
            context_plural=ext.npgettext("month", *apples, n),
            lazy=[
                later,
                ext.lazy_ngettext(*apples, n),
                ext.lazy_pgettext("month", "May"),
                ext.lazy_npgettext("month", *apples, n),
            ],
        )

    @app.route("/lazy")
    def lazy() -> Any:
        hello = ext.lazy_gettext("Hello")
        return flask.jsonify(
            repr=repr(hello),
            parts=[len(hello), hello[1], list(hello), "ll" in hello, hello.upper()],
            sums=[hello + "!", "!" + hello, hello * 2, 2 * hello, hello % ()],
            compared=[
                hello == "Hello",
                hello != "Hello",
                hello < "I",
                hello <= "I",
                hello > "I",
                hello >= "I",
                hash(hello) == hash(str(hello)),
            ],
            attribute=hasattr(hello, "no_such"),
        )

    @app.route("/template")
    def template() -> Any:
        return flask.render_template_string(
            TEMPLATE,
            n=flask.request.args.get("n", 1, type=int),
            moment=datetime(2024, 5, 6, 17, 8, 9),
            span=timedelta(hours=5),
            later=later,
        )

    @app.route("/known")
    def known() -> Any:
        return flask.jsonify(
            translations=sorted(map(str, babel.list_translations())),
            default=str(babel.default_locale),
            timezone=str(babel.default_timezone),
            domain=babel.domain,
            instance=repr(babel.domain_instance).rpartition("(")[2],
        )


def _formats(flask: Any, ext: Any, app: Any) -> None:
    moment = datetime(2024, 5, 6, 17, 8, 9)

    @app.route("/formats")
    def formats() -> Any:
        lengths = [None, "short", "medium", "long", "full", "yyyy.MM.dd G 'at' HH:mm zzzz"]
        return flask.jsonify(
            datetimes=[ext.format_datetime(moment, length) for length in lengths],
            as_it_is=ext.format_datetime(moment, rebase=False),
            dates=[ext.format_date(moment, length) for length in lengths[:5]],
            a_date=ext.format_date(date(2024, 2, 29)),
            times=[ext.format_time(moment, length) for length in lengths[:5]],
            a_time=ext.format_time(time(8, 5), rebase=False),
            spans=[
                ext.format_timedelta(timedelta(days=3)),
                ext.format_timedelta(timedelta(hours=-5), add_direction=True),
                ext.format_timedelta(timedelta(days=20), granularity="month", threshold=0.5),
                ext.format_timedelta(datetime(1999, 1, 1), granularity="day").split()[-1],
            ],
            to_user=ext.to_user_timezone(moment).isoformat(),
            to_utc=ext.to_utc(moment).isoformat(),
        )

    @app.route("/numbers")
    def numbers() -> Any:
        return flask.jsonify(
            number=ext.format_number(1234567.891),
            decimals=[ext.format_decimal(-1234.5), ext.format_decimal(1.25, "#,##0.0")],
            money=[
                ext.format_currency(1099.98, "EUR"),
                ext.format_currency(1099.98, "JPY", currency_digits=False),
                ext.format_currency(-1099.98, "USD", format_type="accounting"),
                ext.format_currency(3, "CNY", "¤#,##0.0"),
            ],
            percent=[ext.format_percent(0.345), ext.format_percent(0.345, "#,##0.0%")],
            scientific=[ext.format_scientific(12345.6), ext.format_scientific(3, "0.00E0")],
        )


def _switches(flask: Any, ext: Any, app: Any, root: Path) -> None:
    @app.route("/where")
    def where() -> Any:
        return flask.jsonify(locale=str(ext.get_locale()), timezone=str(ext.get_timezone()))

    @app.route("/force")
    def force() -> Any:
        said = [ext.gettext("Hello")]
        with ext.force_locale("de"):
            said.append(ext.gettext("Hello"))
            ext.refresh()
            said.append(ext.gettext("Hello"))
            with ext.force_locale("zh_Hans_CN"):
                said.append(ext.gettext("Hello"))
            said.append(ext.gettext("Hello"))
        said.append(ext.gettext("Hello"))
        ext.refresh()
        return flask.jsonify([*said, ext.gettext("Hello")])

    @app.route("/refresh")
    def refreshed() -> Any:
        said = [ext.gettext("Hello")]
        flask.request.args = {"lang": "de"}
        said.append(ext.gettext("Hello"))
        ext.refresh()
        return flask.jsonify([*said, ext.gettext("Hello")])

    @app.route("/domain")
    def domain() -> Any:
        other = ext.Domain(str(root / "more"), "other")
        said = [other.gettext("Hello"), ext.gettext("Hello"), str(other.lazy_gettext("Hello"))]
        other.as_default()
        more = [ext.gettext("Hello"), ext.get_domain() is other, str(other.lazy_pgettext("a", "b"))]
        several = ext.Domain([str(root / "translations"), str(root / "more")], "messages;other")
        plural = str(other.lazy_ngettext("%(num)d apple", "%(num)d apples", 2))
        return flask.jsonify([*said, *more, several.gettext("Hello"), several.domain, plural])
