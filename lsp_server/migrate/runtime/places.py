"""Where an app's files are: beside its module, and in its instance folder."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path


def find_root_path(import_name: str) -> str:
    """The folder of a module or package; the working directory for one that has none."""
    module = sys.modules.get(import_name)
    file = getattr(module, "__file__", None)
    if file is not None:
        return str(Path(os.path.abspath(file)).parent)
    try:
        spec = importlib.util.find_spec(import_name)
    except (ImportError, ValueError):
        spec = None
    if spec is None or spec.loader is None:
        return str(Path.cwd())
    if spec.origin is None:
        raise RuntimeError(
            f"No root path can be found for {import_name!r}, which has no file. "
            "Give the app its root_path explicitly."
        )
    return str(Path(os.path.abspath(spec.origin)).parent)


def find_instance_path(import_name: str, name: str) -> str:
    """`instance` beside an app's code, or PREFIX/var/NAME-instance where it is installed."""
    package = _package_folder(import_name)
    prefix = _install_prefix(package)
    return str(package / "instance" if prefix is None else prefix / "var" / f"{name}-instance")


def _package_folder(import_name: str) -> Path:
    root = import_name.partition(".")[0]
    try:
        spec = importlib.util.find_spec(root)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return Path.cwd()
    if not spec.submodule_search_locations:
        return Path(spec.origin or "").parent
    if spec.origin not in (None, "namespace"):
        return Path(str(spec.origin)).parent.parent
    return _namespace_folder(
        import_name, [Path(place) for place in spec.submodule_search_locations]
    )


def _namespace_folder(import_name: str, places: list[Path]) -> Path:
    spec = importlib.util.find_spec(import_name)
    if spec is None or not spec.submodule_search_locations:
        return places[0].parent
    package = Path(os.path.commonpath(list(spec.submodule_search_locations)))
    return next(place for place in places if package.is_relative_to(place)).parent


def _install_prefix(package: Path) -> Path | None:
    python = Path(os.path.abspath(sys.prefix))
    if package.is_relative_to(python):
        return python
    if package.name.lower() != "site-packages":
        return None
    parent = package.parent
    if parent.name.lower() == "lib":
        return parent.parent
    return parent.parent.parent if parent.parent.name.lower() == "lib" else parent
