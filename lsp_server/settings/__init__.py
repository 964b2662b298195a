"""The settings: frozen values, parsed once; a bad value falls back and says so.

Later layers win: defaults, the user's file (TOML), environment (`PENNA_N_CTX=4096`), the project's
style, the client's options. On the wire names are camelCase, in TOML snake_case; both are read
everywhere. Nothing here imports anything of ours.

A workspace is not trusted: the `[tool.penna]` table of its pyproject.toml may choose style alone,
never a URL, a model, a key or a command. There is no setting of an API key itself, only of the
file that holds it.
"""

from lsp_server.settings.layers import load, user_file
from lsp_server.settings.schema import (
    Delivery,
    DocstringStyle,
    Ending,
    Settings,
    Style,
    TestFramework,
    parse,
)

__all__ = [
    "Delivery",
    "DocstringStyle",
    "Ending",
    "Settings",
    "Style",
    "TestFramework",
    "load",
    "parse",
    "user_file",
]
