"""Workspaces written to disk from a mapping of names to texts."""

from collections.abc import Mapping
from pathlib import Path

from lsp_server.project.workspace import Project


def project(root: Path, files: Mapping[str, str]) -> Project:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Project(root)
