"""setup.cfg: `install_requires` of `[options]`, and the lists of `[options.extras_require]`.

Edited as text, line by line, as configparser would write the whole file anew.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from lsp_server.migrate.dependencies.change import Change, Changed, parse

SECTION = re.compile(r"^\[(?P<name>[^]]+)\]")
KEY = re.compile(r"^(?P<key>[^\s#;=:][^=:]*?)\s*[=:]\s*(?P<value>.*)$")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    is_own: bool = False
    name: str = ""


def change_setup_cfg(path: PurePosixPath, text: str, change: Change) -> Changed:
    """A setup.cfg's new text. Requirements that stand on the key's own line are left."""
    lines = list(_lines(text))
    line_end = "\r\n" if "\r\n" in text else "\n"
    own = {line.name for line in lines if line.is_own}
    has_leader = bool(own & change.leaders)
    additions = [str(r) for n, r in change.add.items() if n not in own] if has_leader else []
    new: list[str] = []
    replaced: list[tuple[str, str]] = []
    for line in lines:
        if line.is_own and line.name in change.leaders:
            indent = line.text[: len(line.text) - len(line.text.lstrip())]
            new.extend(f"{indent}{addition}{line_end}" for addition in additions)
            additions = []
        if not line.name or line.name not in change.remove:
            new.append(_corrected(line, change, replaced))
    return Changed(path, "".join(new), has_leader, tuple(replaced))


def _corrected(line: _Line, change: Change, replaced: list[tuple[str, str]]) -> str:
    declared = parse(line.text.strip()) if line.name else None
    better = change.corrected(declared) if declared else None
    if declared is None or better is None:
        return line.text
    replaced.append((str(declared), str(better)))
    return line.text.replace(line.text.strip(), str(better))


def _lines(text: str) -> Iterator[_Line]:
    section, key = "", ""
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if found := SECTION.match(line):
            section, key = found["name"].strip(), ""
        elif line[:1] not in (" ", "\t") and (found := KEY.match(line.rstrip())):
            key = found["key"].strip()
        declared = parse(bare) if line[:1] in (" ", "\t") and not bare.startswith("#") else None
        is_own = section == "options" and key == "install_requires"
        is_extra = section == "options.extras_require" and bool(key)
        if declared is None or not (is_own or is_extra):
            yield _Line(line)
        else:
            yield _Line(line, is_own, canonicalize_name(declared.name))
