"""Texts with a mark: `$0` is the cursor."""


def cursor(marked: str) -> tuple[str, int]:
    """The text without its mark, and where the mark was."""
    return marked.replace("$0", ""), marked.index("$0")
