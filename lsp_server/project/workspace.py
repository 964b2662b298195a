"""The workspace as actions see it: files read, never written, and never outside its root."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Project:
    """One workspace folder. `open_texts` holds what the editor has open, newer than the disk."""

    root: Path | None = None
    open_texts: Mapping[Path, str] = field(default_factory=dict)
