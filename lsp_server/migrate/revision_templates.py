"""`script.py.mako` where it asks the app: Flask-Migrate's template for several databases does.

It is no Python file, so no rule sees it, and yet Alembic runs it for each new revision. Only the
one line that Flask-Migrate wrote is known here; whatever else a template imports is the user's own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

_ASKS_FLASK = re.compile(r"^([ \t]*)from flask import current_app(?=[ \t]*\r?$)", re.MULTILINE)


def rewritten_templates(
    files: Mapping[PurePosixPath, str], rewritten: Collection[PurePosixPath], helper: str
) -> dict[PurePosixPath, str]:
    """The templates that change: those beside an `env.py` that takes the app from the helper.

    `helper` is the helper's absolute module name: a template is in no package.
    """
    found = {}
    for path, text in files.items():
        if path.suffix == ".mako" and path.with_name("env.py") in rewritten:
            new = _ASKS_FLASK.sub(rf"\1from {helper} import current_app", text)
            if new != text:
                found[path] = new
    return found
