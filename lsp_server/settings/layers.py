"""The layers of the settings, and where they are read from."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from lsp_server.settings.given import plain
from lsp_server.settings.schema import NAMES, STYLE_NAMES, Settings, Style, parse

PREFIX: Final = "PENNA_"
TEXTS: Final = frozenset(
    {"model", "draftmodel", "baseurl", "apikeyfile", "locale", "replylanguage"}
)
PLAIN_NAMES: Final = frozenset(plain(name) for name in NAMES)
PLAIN_STYLE_NAMES: Final = frozenset({"style", *(plain(name) for name in STYLE_NAMES)})


def load(
    options: Mapping[str, object],
    root: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> tuple[Settings, list[str]]:
    """All layers: the client's `options` last. `root` is the project whose style counts."""
    file, file_messages = user_options(user_file(environment))
    settings, from_file = parse(file)
    settings, from_environment = parse(environment_options(environment), settings)
    style, from_project = project_style(root, settings.style)
    settings, from_client = parse(options, replace(settings, style=style))
    messages = [
        *file_messages,
        *(f"In the user's settings file: {message}" for message in from_file),
        *(f"In the environment: {message}" for message in from_environment),
        *from_project,
        *from_client,
    ]
    return settings, messages


def user_file(environment: Mapping[str, str] = os.environ) -> Path:
    """The user's settings file, which need not exist. `PENNA_CONFIG_FILE` names another."""
    if named := environment.get("PENNA_CONFIG_FILE"):
        return Path(named)
    from platformdirs import user_config_path  # slow to import, and seldom needed twice

    return user_config_path("penna", appauthor=False) / "config.toml"


def user_options(path: Path) -> tuple[dict[str, object], list[str]]:
    """What a TOML file holds; an absent one holds nothing, a broken one a message."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig")), []
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, [f"The settings file {path} is left out until it can be read: {error}."]


def environment_options(environment: Mapping[str, str]) -> dict[str, object]:
    """The `PENNA_` variables that name a setting, or nearly do; others belong to somebody else."""
    found = {}
    for variable, value in environment.items():
        key = variable.removeprefix(PREFIX).lower()
        if key == variable.lower() or not value:
            continue
        if get_close_matches(plain(key), PLAIN_NAMES, 1, 0.8):
            found[key] = value if plain(key) in TEXTS else _from_text(value)
    return found


def project_style(root: Path | None, base: Style) -> tuple[Style, list[str]]:
    """`base`, and over it what the project's pyproject.toml chooses in `[tool.penna]`.

    A pyproject.toml that cannot be read chooses nothing: other tools will tell its owner.
    """
    table = _penna_table(root / "pyproject.toml") if root else {}
    # What is no setting at all is passed on, for `parse` to tell.
    refused = [key for key in table if plain(key) in PLAIN_NAMES - PLAIN_STYLE_NAMES]
    kept = {key: value for key, value in table.items() if key not in refused}
    settings, told = parse(_without_nested(kept), Settings(style=base))
    messages = [f"In the project's pyproject.toml: {message}" for message in told]
    if refused:
        messages.append(
            f"A project's pyproject.toml may set only {', '.join(STYLE_NAMES)}: set "
            f"{', '.join(refused)} in the editor or in your own settings file."
        )
    return settings.style, messages


def _penna_table(path: Path) -> dict[str, object]:
    document, _ = user_options(path)
    tools = document.get("tool")
    table = tools.get("penna") if isinstance(tools, dict) else None
    return table if isinstance(table, dict) else {}


def _without_nested(table: Mapping[str, object]) -> dict[str, object]:
    """The table with `style` lifted, and of that only what is style."""
    flat = {key: value for key, value in table.items() if plain(key) != "style"}
    for key, value in table.items():
        if plain(key) == "style" and isinstance(value, Mapping):
            flat |= {name: row for name, row in value.items() if plain(name) in PLAIN_STYLE_NAMES}
    return flat


def _from_text(value: str) -> object:
    """The number or truth value that a variable spells, else the text."""
    if value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if re.fullmatch(r"-?\d+", value):
        return int(value)
    return float(value) if re.fullmatch(r"-?\d*\.\d+", value) else value
