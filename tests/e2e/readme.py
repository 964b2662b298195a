"""The code blocks of editor-clients/README.md: the tests use these and nothing else.

A block that names a file in its info string (```lua penna.lua) is that file.
"""

import re
from pathlib import Path

README = Path(__file__).parents[2] / "editor-clients" / "README.md"
BLOCK = re.compile(r"^```(?P<language>\w+) (?P<name>\S+)\n(?P<text>.*?)^```$", re.M | re.S)


def block(name: str) -> str:
    """The text of the one block of this name."""
    found = [
        match["text"]
        for match in BLOCK.finditer(README.read_text("utf-8"))
        if match["name"] == name
    ]
    assert len(found) == 1, f"{README.name} has {len(found)} blocks named {name}"
    return found[0]
