"""Flask's version, for code that shows it or asks for it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def find_flask_version() -> str:
    """What is installed; without Flask, the version whose behaviour this file has.

    Outgrow it: `importlib.metadata.version("fastapi")`.
    """
    try:
        return version("flask")
    except PackageNotFoundError:
        return "3.1.2"


FLASK_VERSION = find_flask_version()
