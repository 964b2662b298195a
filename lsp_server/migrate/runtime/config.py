"""`app.config`: a dictionary that can be filled from files, objects and the environment."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from werkzeug.utils import import_string

# The settings that an app starts with; the names and values are Flask's.
DEFAULT_CONFIG: dict[str, Any] = {
    "DEBUG": None,
    "TESTING": False,
    "PROPAGATE_EXCEPTIONS": None,
    "SECRET_KEY": None,
    "SECRET_KEY_FALLBACKS": None,
    "PERMANENT_SESSION_LIFETIME": timedelta(days=31),
    "USE_X_SENDFILE": False,
    "TRUSTED_HOSTS": None,
    "SERVER_NAME": None,
    "APPLICATION_ROOT": "/",
    "SESSION_COOKIE_NAME": "session",
    "SESSION_COOKIE_DOMAIN": None,
    "SESSION_COOKIE_PATH": None,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SECURE": False,
    "SESSION_COOKIE_PARTITIONED": False,
    "SESSION_COOKIE_SAMESITE": None,
    "SESSION_REFRESH_EACH_REQUEST": True,
    "MAX_CONTENT_LENGTH": None,
    "MAX_FORM_MEMORY_SIZE": 500_000,
    "MAX_FORM_PARTS": 1_000,
    "SEND_FILE_MAX_AGE_DEFAULT": None,
    "TRAP_BAD_REQUEST_ERRORS": None,
    "TRAP_HTTP_EXCEPTIONS": False,
    "EXPLAIN_TEMPLATE_LOADING": False,
    "PREFERRED_URL_SCHEME": "http",
    "TEMPLATES_AUTO_RELOAD": None,
    "MAX_COOKIE_SIZE": 4093,
    "PROVIDE_AUTOMATIC_OPTIONS": True,
}


def debug_flag() -> bool:
    """Whether the environment asks for debug mode, by FLASK_DEBUG as before."""
    return os.environ.get("FLASK_DEBUG", "").lower() not in {"", "0", "false", "no"}


class Config(dict[str, Any]):
    """The settings, by name in capitals, and the ways to load them."""

    def __init__(
        self, root_path: str | os.PathLike[str], defaults: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(defaults or {})
        self.root_path = root_path

    def from_object(self, obj: object | str) -> None:
        """Take what is in capitals in a class, a module, or what an import string names."""
        source = import_string(obj) if isinstance(obj, str) else obj
        for key in dir(source):
            if key.isupper():
                self[key] = getattr(source, key)

    def from_mapping(self, mapping: Mapping[str, Any] | None = None, **kwargs: Any) -> bool:
        """Take what is in capitals in a mapping or in the arguments."""
        merged = {**dict(mapping or {}), **kwargs}
        self.update({key: value for key, value in merged.items() if key.isupper()})
        return True

    def from_pyfile(self, filename: str | os.PathLike[str], silent: bool = False) -> bool:
        """Run a Python file and take what is in capitals in it."""
        path = Path(self.root_path) / filename
        module = ModuleType("config")
        module.__file__ = str(path)
        try:
            code = path.read_bytes()
        except OSError as error:
            return _unreadable(error, silent, (errno.ENOENT, errno.EISDIR, errno.ENOTDIR))
        exec(compile(code, str(path), "exec"), module.__dict__)
        self.from_object(module)
        return True

    def from_envvar(self, variable_name: str, silent: bool = False) -> bool:
        """Run the Python file that an environment variable names."""
        filename = os.environ.get(variable_name)
        if filename:
            return self.from_pyfile(filename, silent=silent)
        if silent:
            return False
        raise RuntimeError(
            f"The environment variable {variable_name!r} is not set: "
            "let it name the configuration file."
        )

    def from_prefixed_env(
        self, prefix: str = "FLASK", *, loads: Callable[[str], Any] = json.loads
    ) -> bool:
        """Take FLASK_NAME=value from the environment, as JSON where it is; `__` goes deeper."""
        start = f"{prefix}_"
        for variable in sorted(os.environ):
            if variable.startswith(start):
                value: Any = os.environ[variable]
                try:
                    value = loads(value)
                except Exception:
                    value = os.environ[variable]
                self._set_deep(variable.removeprefix(start), value)
        return True

    def _set_deep(self, key: str, value: Any) -> None:
        *parts, last = key.split("__")
        inner: dict[str, Any] = self
        for part in parts:
            inner = inner.setdefault(part, {})
        inner[last] = value

    def from_file(
        self,
        filename: str | os.PathLike[str],
        load: Callable[[IO[Any]], Mapping[str, Any]],
        silent: bool = False,
        text: bool = True,
    ) -> bool:
        """Take what is in capitals in a file that `load` can read: JSON, TOML."""
        try:
            with (Path(self.root_path) / filename).open("r" if text else "rb") as file:
                loaded = load(file)
        except OSError as error:
            return _unreadable(error, silent, (errno.ENOENT, errno.EISDIR))
        return self.from_mapping(loaded)

    def get_namespace(
        self, namespace: str, lowercase: bool = True, trim_namespace: bool = True
    ) -> dict[str, Any]:
        """The settings whose names start alike, as a dictionary of their own."""
        found = {}
        for name, value in self.items():
            if name.startswith(namespace):
                key = name[len(namespace) :] if trim_namespace else name
                found[key.lower() if lowercase else key] = value
        return found

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dict.__repr__(self)}>"


def _unreadable(error: OSError, silent: bool, harmless: tuple[int, ...]) -> bool:
    if silent and error.errno in harmless:
        return False
    error.strerror = f"Unable to load configuration file ({error.strerror})"
    raise error


def as_seconds(value: timedelta | int | None) -> int | None:
    """A time as a setting may give it, in seconds."""
    return int(value.total_seconds()) if isinstance(value, timedelta) else value


class ConfigAttribute:
    """A setting that is an attribute of the app, too."""

    def __init__(self, name: str, get_converter: Callable[[Any], Any] | None = None) -> None:
        self.__name__ = name
        self.get_converter = get_converter

    def __get__(self, app: Any, owner: type | None = None) -> Any:
        if app is None:
            return self
        value = app.config[self.__name__]
        return value if self.get_converter is None else self.get_converter(value)

    def __set__(self, app: Any, value: Any) -> None:
        app.config[self.__name__] = value


def as_timedelta(value: timedelta | int | None) -> timedelta | None:
    """A time as a setting may give it, as a timedelta."""
    return value if value is None or isinstance(value, timedelta) else timedelta(seconds=value)
