"""Where a line of code stands: inside brackets, inside a string that spans lines, or outside.

A scanner for streams, not a parser: it knows the strings and comments of the language families
below and counts brackets. What it cannot know: heredocs (shell, Ruby, PHP), quotes inside a
nested `${}` of a template literal, strings of languages it has no row for. Such text counts as
code.
"""

import re
from dataclasses import dataclass

TRIPLE = r'"""|' + r"'''"
PLAIN = r'"(?:[^"\\\n]|\\.)*"?'
SINGLE = r"'(?:[^'\\\n]|\\.)*'?"
# A Rust lifetime is no string; a character literal is one.
CHARACTER = r"'(?:[^'\\\n]|\\[^\n]{1,10})'"

PYTHON = re.compile(
    rf"(?P<open>{TRIPLE})|{PLAIN}|{SINGLE}|(?P<comment>#.*)|(?P<bracket>[\[\](){{}}])"
)
BACKTICK = re.compile(
    rf"(?P<open>`|/\*)|{PLAIN}|{SINGLE}|(?P<comment>//.*)|(?P<bracket>[\[\](){{}}])"
)
TEXT_BLOCK = re.compile(
    rf'(?P<open>"""|/\*)|{PLAIN}|{SINGLE}|(?P<comment>//.*)|(?P<bracket>[\[\](){{}}])'
)
RUST = re.compile(rf'(?P<open>r#+"|"|/\*)|{CHARACTER}|(?P<comment>//.*)|(?P<bracket>[\[\](){{}}])')
C_LIKE = re.compile(rf"(?P<open>/\*)|{PLAIN}|{SINGLE}|(?P<comment>//.*)|(?P<bracket>[\[\](){{}}])")

FAMILIES = {
    "python": PYTHON,
    "toml": PYTHON,
    "javascript": BACKTICK,
    "javascriptreact": BACKTICK,
    "typescript": BACKTICK,
    "typescriptreact": BACKTICK,
    "go": BACKTICK,
    "java": TEXT_BLOCK,
    "kotlin": TEXT_BLOCK,
    "scala": TEXT_BLOCK,
    "swift": TEXT_BLOCK,
    "csharp": TEXT_BLOCK,
    "rust": RUST,
}
DOCSTRING = re.compile(r"[rRuU]?(\"\"\"|''')")


@dataclass(slots=True)
class Scanner:
    """Fed line by line. `language` is LSP's id; an unknown one is read like C.

    `depth` counts open brackets; `closer` is what ends the string or block comment that the
    next line begins in, "" outside; `is_docstring` says that this string stands for itself, as a
    statement, so that its indentation is layout and not content.
    """

    language: str = ""
    depth: int = 0
    closer: str = ""
    is_docstring: bool = False

    @property
    def in_string(self) -> bool:
        """Whether the next line begins inside a string whose indentation is content."""
        return bool(self.closer) and self.closer != "*/" and not self.is_docstring

    def feed(self, line: str) -> None:
        at = 0
        if self.closer:
            at = self._closed(line, 0)
        elif not self.depth and self.language == "python":
            self.is_docstring = bool(DOCSTRING.match(line.lstrip()))
        pattern = FAMILIES.get(self.language, C_LIKE)
        while not self.closer and (found := pattern.search(line, at)):
            at = found.end()
            if found["open"]:
                self.closer = _closer(found["open"])
                at = self._closed(line, at)
            elif found["bracket"]:
                self.depth = max(0, self.depth + (1 if found["bracket"] in "([{" else -1))

    def _closed(self, line: str, at: int) -> int:
        """Behind the closing quotes, if they stand in `line`; else at its end."""
        found = re.compile(rf"\\.|{re.escape(self.closer)}", re.DOTALL).search(line, at)
        while found and found.group() != self.closer:
            found = found.re.search(line, found.end())
        if not found:
            return len(line)
        self.closer, self.is_docstring = "", False
        return found.end()


def _closer(opener: str) -> str:
    if opener == "/*":
        return "*/"
    return '"' + opener[1:-1] if opener.startswith("r#") else opener
