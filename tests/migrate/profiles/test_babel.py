"""Flask-Babel and its pieces translate and format alike."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from lsp_server.migrate.profiles.babel import PROFILE
from tests.migrate.profiles.babel_app import babel_app, write_translations
from tests.migrate.profiles.sides import Twins, ours, real

LANGUAGES = ("", "?lang=de", "?lang=zh_Hans_CN", "?lang=pl", "?lang=fr", "?lang=en_US")
ZONES = ("", "&tz=Europe/Berlin", "&tz=Asia/Shanghai", "&tz=America/New_York")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("babel")
    write_translations(folder / "translations", "messages")
    write_translations(folder / "more", "other", suffix="!")
    write_translations(folder / "more", "messages", suffix="?")
    (folder / "translations" / "fr").mkdir()
    (folder / "translations" / "README").write_text("no locale")
    return folder


def side_by_side(root: Path, config: dict[str, Any] | None = None, **options: Any) -> Twins:
    return Twins(
        lambda flask, ext: babel_app(flask, ext, root, config or {}, **options),
        PROFILE,
        "flask_babel",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_formats_and_numbers(root: Path, language: str) -> None:
    pair = side_by_side(root)
    start = language or "?lang="
    for n in (0, 1, 2, 5, 22):
        for path in ("/texts", "/template"):
            same_where_parsed(pair, f"{path}{start}&n={n}", language)
    for zone in ZONES:
        for path in ("/formats", "/where", "/template", "/numbers"):
            same_where_parsed(pair, f"{path}{start}{zone}", language)
    for path in ("/lazy", "/known", "/force", "/refresh", "/domain"):
        same_where_parsed(pair, f"{path}{language}", "any")


def same_where_parsed(pair: Twins, url: str, language: str) -> None:
    """An empty `lang` is no locale: both fail. Else both answer."""
    assert pair.same("GET", url).status == (200 if language else 500)


@pytest.mark.parametrize("query", ["?lang=xx_YY", "?lang=..", "?lang=de&tz=Mars/Base", "?tz="])
def test_what_no_one_knows(root: Path, query: str) -> None:
    pair = side_by_side(root)
    for path in ("/texts", "/formats", "/where", "/template"):
        pair.same("GET", path + query)


@pytest.mark.parametrize(
    "config",
    [
        {"BABEL_DEFAULT_LOCALE": "de", "BABEL_DEFAULT_TIMEZONE": "Europe/Berlin"},
        {"BABEL_DOMAIN": "other", "BABEL_TRANSLATION_DIRECTORIES": "more"},
        {
            "BABEL_TRANSLATION_DIRECTORIES": "translations;more",
            "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        },
        {"BABEL_TRANSLATION_DIRECTORIES": "missing", "BABEL_DEFAULT_LOCALE": "pl"},
        {"BABEL_DOMAIN": "messages;other", "BABEL_TRANSLATION_DIRECTORIES": "translations;more"},
        {"BABEL_DEFAULT_LOCALE": "nonsense"},
    ],
    ids=lambda config: ", ".join(config.values()),
)
def test_settings(root: Path, config: dict[str, Any]) -> None:
    pair = side_by_side(root, config)
    for path in ("/texts?n=2", "/template", "/formats", "/where", "/known", "/domain", "/force"):
        pair.same("GET", path)
        pair.same("GET", path.partition("?")[0] + "?lang=de")


@pytest.mark.parametrize(
    "options",
    [
        {"default_locale": "de", "default_timezone": "Asia/Tokyo", "default_domain": "other"},
        {"default_translation_directories": "more", "default_locale": "de"},
        {"locale_selector": None, "timezone_selector": None},
        {"locale_selector": lambda: "de", "timezone_selector": lambda: "Europe/Paris"},
        {"configure_jinja": False},
        {
            "date_formats": {
                **dict.fromkeys(("date", "time", "datetime"), "long"),
                **{
                    f"{kind}.{length}": "yyyy!" if length == "long" else None
                    for kind in ("date", "time", "datetime")
                    for length in ("short", "medium", "long", "full")
                },
            }
        },
        {"date_formats": {"date": "short"}},
    ],
    ids=lambda options: ", ".join(options),
)
def test_arguments(root: Path, options: dict[str, Any]) -> None:
    pair = side_by_side(root, **options)
    for path in ("/texts", "/template", "/formats", "/numbers", "/where", "/known"):
        pair.same("GET", path)
        pair.same("GET", path + "?lang=de&tz=Europe/Berlin")


@pytest.mark.parametrize("side", ["real", "ours"])
def test_outside_of_a_context_nothing_is_translated(side: str) -> None:
    _, ext = real("flask_babel") if side == "real" else ours(PROFILE, "flask_babel")
    assert ext.gettext("Hello %(name)s", name="Ann") == "Hello Ann"
    assert ext.ngettext("%(num)d apple", "%(num)d apples", 2) == "2 apples"
    assert ext.get_locale() is None
    assert str(ext.lazy_gettext("Later")) == "Later"
    with ext.force_locale("de"):
        assert ext.gettext("Hello") == "Hello"
    assert repr(ext.Domain("there")) == "<Domain(['there'], ['messages'])>"
    with pytest.raises(RuntimeError, match="No request context"):
        ext.Domain().as_default()


def test_a_lazy_text_can_be_pickled() -> None:
    _, ext = ours(PROFILE, "flask_babel")
    assert pickle.loads(pickle.dumps(ext.lazy_gettext("Later"))) == "Later"


def test_decorators_of_flask_babel_2(root: Path) -> None:
    """Flask-Babel 2 had these; here they set what the arguments of 4 set."""
    flask, ext = ours(PROFILE, "flask_babel")
    early, late = ext.Babel(), ext.Babel()
    for manager, order in ((early, "before"), (late, "after")):
        app = flask.Flask("decorated", root_path=str(root))
        steps = [
            lambda manager=manager: manager.localeselector(lambda: "de"),
            lambda manager=manager: manager.timezoneselector(lambda: "Asia/Tokyo"),
        ]
        register = [lambda app=app, manager=manager: manager.init_app(app)]
        for step in steps + register if order == "before" else register + steps:
            step()
        with app.app_context():
            assert ext.gettext("Hello") == "Hallo", order
            assert str(ext.get_timezone()) == "Asia/Tokyo", order
