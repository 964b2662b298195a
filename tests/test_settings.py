"""Settings: layers, names, and values that cannot be used."""

from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.settings import Settings, Style, load, parse, user_file
from lsp_server.settings.schema import NAMES

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


def loaded(
    tmp_path: Path,
    *,
    user: str = "",
    environment: dict[str, str] | None = None,
    project: str = "",
    options: dict[str, object] | None = None,
) -> tuple[Settings, list[str]]:
    (tmp_path / "config.toml").write_text(user, "utf-8")
    (tmp_path / "pyproject.toml").write_text(project, "utf-8")
    variables = {"PENNA_CONFIG_FILE": str(tmp_path / "config.toml"), **(environment or {})}
    return load(options or {}, tmp_path, variables)


def test_nothing_given_is_the_defaults(tmp_path: Path) -> None:
    assert loaded(tmp_path) == (Settings(), [])
    assert parse({}) == (Settings(), [])


def test_later_layers_win(tmp_path: Path) -> None:
    settings, messages = loaded(
        tmp_path,
        user="n_ctx = 1024\nidle_minutes = 5\nmodel = 'a'\ndocstring_style = 'sphinx'",
        environment={"PENNA_IDLE_MINUTES": "7.5", "PENNA_MODEL": "b"},
        project="[tool.penna]\ndocstring_style = 'numpy'\ntest_framework = 'unittest'",
        options={"model": "c", "style": {"testFramework": "pytest"}},
    )
    assert messages == []
    assert (settings.n_ctx, settings.idle_minutes, settings.model) == (1024, 7.5, "c")
    assert settings.style == Style("numpy", "pytest")


@pytest.mark.parametrize("key", ["baseUrl", "base_url", "baseURL", "base-url"])
def test_a_name_is_read_in_every_spelling(key: str) -> None:
    settings, messages = parse({key: "http://localhost:8080/v1/"})
    assert settings.base_url == "http://localhost:8080/v1"
    assert messages == []


@pytest.mark.parametrize(
    "key, value, says",
    [
        ("delivery", "streaming", "\"delivery\" must be one of stream, whole, not 'streaming'"),
        ("nCtx", "8k", "\"nCtx\" must be a whole number from 512 to 1048576, not '8k'"),
        ("nCtx", True, "must be a whole number"),
        ("nCtx", 8192.5, "must be a whole number"),
        ("nCtx", 12, "must be from 512 to 1048576, not 12"),
        ("nThreads", 0, "must be from 1 to 1024"),
        ("idleMinutes", -1, "must be from 0.1 to 100000"),
        ("idleMinutes", float("nan"), "must be from 0.1"),
        ("temperatureCode", 3, "must be from 0 to 2"),
        ("temperatureProse", "hot", "must be a number from 0 to 2"),
        ("lightbulb", "yes", "must be true or false"),
        ("lightbulb", 1, "must be true or false"),
        ("warmUp", "always", "must be one of never, menu, selection"),
        ("warmUp", False, "must be one of never, menu, selection"),
        ("cacheType", "q4_0", "must be one of f16, q8_0"),
        ("mlock", "yes", "must be true or false"),
        ("draftModel", True, "must be a text"),
        ("nThreadsBatch", 0, "must be from 1 to 1024"),
        ("baseUrl", "localhost:8080", "must be an address such as"),
        ("baseUrl", "file:///etc/passwd", "must be an address such as"),
        ("baseUrl", "http://", "must be an address such as"),
        ("baseUrl", "http://[", "must be an address such as"),
        ("model", 7, "must be a text"),
        ("model", " ", "must be a text"),
        ("onCancel", "undo", "must be one of restore, keep"),
        ("onCancel", ["keep"], "must be one of restore, keep"),
        ("docstringStyle", "epytext", "must be one of google, numpy, sphinx"),
        ("style", "google", "must be a table of style settings"),
    ],
)
def test_a_bad_value_falls_back_and_says_so_once(key: str, value: object, says: str) -> None:
    base = Settings(n_ctx=4096, model="mine", style=Style("numpy"))
    settings, messages = parse({key: value}, base)
    assert settings == base
    assert len(messages) == 1
    assert says in messages[0]


def test_a_message_says_what_is_used_instead() -> None:
    assert parse({"delivery": "no"})[1][0].endswith("`stream` is used.")
    assert parse({"nThreads": "no"})[1][0].endswith("it is left out.")


@pytest.mark.parametrize(
    "key, says",
    [
        ("deliveri", 'There is no setting "deliveri": did you mean "delivery"?'),
        ("idle_minute", 'There is no setting "idle_minute": did you mean "idle_minutes"?'),
        ("idleMinute", 'There is no setting "idleMinute": did you mean "idleMinutes"?'),
        ("colour", 'There is no setting "colour": it is left out.'),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_known_one(key: str, says: str) -> None:
    assert parse({key: 1}) == (Settings(), [says])


def test_null_means_not_given_and_what_clients_keep_for_themselves_is_left_alone() -> None:
    base = Settings(model="mine")
    assert parse({"model": None, "nCtx": 8192.0, "trace": {"server": "off"}}, base) == (base, [])


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), JSON, max_size=6))
def test_no_options_ever_fail(options: dict[str, object]) -> None:
    settings, messages = parse(options)
    known = asdict(Settings())
    assert asdict(settings).keys() == known.keys()
    assert all(message.endswith((".", "?")) for message in messages)
    if not messages:
        assert parse(options, settings) == (settings, [])


def test_a_workspace_may_set_style_alone(tmp_path: Path) -> None:
    settings, messages = loaded(
        tmp_path,
        project="[tool.penna]\nbase_url = 'http://evil.example'\nmodel = '/tmp/x.gguf'\n"
        "reply_language = 'zh'\n[tool.penna.style]\nmodel = 'x'\ndocstring_style = 'sphinx'",
    )
    assert settings == Settings(style=Style("sphinx", None, "zh"))
    assert messages == [
        "A project's pyproject.toml may set only docstring_style, test_framework, reply_language: "
        "set base_url, model in the editor or in your own settings file."
    ]


def test_a_bad_style_of_a_project_is_told(tmp_path: Path) -> None:
    settings, messages = loaded(tmp_path, project="[tool.penna]\ndocstring_style = 'x'\nfoo = 1")
    assert settings == Settings()
    assert len(messages) == 2
    assert all(message.startswith("In the project's pyproject.toml: ") for message in messages)


@pytest.mark.parametrize("text", ["[tool", "tool = 1", "[tool]\npenna = 1", "\ufeff[tool.penna]"])
def test_a_strange_pyproject_chooses_nothing(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, project=text) == (Settings(), [])


def test_a_broken_settings_file_is_told_and_left_out(tmp_path: Path) -> None:
    settings, messages = loaded(tmp_path, user="n_ctx = \n", options={"nCtx": 2048})
    assert settings.n_ctx == 2048
    assert len(messages) == 1
    assert "config.toml is left out until it can be read" in messages[0]


def test_messages_name_their_layer(tmp_path: Path) -> None:
    _, messages = loaded(tmp_path, user="n_ctx = 1", environment={"PENNA_DELIVERY": "no"})
    assert messages[0].startswith("In the user's settings file: ")
    assert messages[1].startswith("In the environment: ")


def test_the_environment_spells_numbers_and_truth_and_leaves_others_alone(tmp_path: Path) -> None:
    variables = {
        "PENNA_LIGHTBULB": "true",
        "PENNA_N_THREADS": "2",
        "PENNA_MODEL": "123",
        "PENNA_DRAFT_MODEL": "456",
        "PENNA_WARM_UP": "menu",
        "PENNA_MLOCK": "true",
        "PENNA_LOG_FILE": "/x",
        "PENNA_DELIVERY": "",
        "HOME": "/",
    }
    settings, messages = loaded(tmp_path, environment=variables)
    assert settings == Settings(
        lightbulb=True, n_threads=2, model="123", draft_model="456", warm_up="menu", mlock=True
    )
    assert messages == []


def test_the_users_file_has_a_place_of_its_own() -> None:
    assert user_file({}).name == "config.toml"
    assert user_file({}).parent.name == "penna"
    assert user_file({"PENNA_CONFIG_FILE": "/a/b.toml"}) == Path("/a/b.toml")
