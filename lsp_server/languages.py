"""LSP's language ids by file name, where no editor tells them."""

from pathlib import Path

_BY_SUFFIX = {
    ".py": "python", ".pyi": "python", ".pyw": "python",
    ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascriptreact",
    ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "typescriptreact",
    ".go": "go", ".rs": "rust", ".java": "java",
    ".c": "c", ".h": "c", ".cc": "cpp", ".cpp": "cpp", ".cxx": "cpp", ".hpp": "cpp", ".hh": "cpp",
    ".cs": "csharp", ".rb": "ruby", ".php": "php", ".lua": "lua", ".kt": "kotlin",
    ".swift": "swift", ".scala": "scala", ".hs": "haskell", ".ml": "ocaml", ".ex": "elixir",
    ".exs": "elixir", ".jl": "julia", ".r": "r", ".pl": "perl", ".sh": "shellscript",
    ".bash": "shellscript", ".html": "html", ".css": "css", ".json": "json", ".yaml": "yaml",
    ".yml": "yaml", ".toml": "toml", ".sql": "sql", ".md": "markdown", ".markdown": "markdown",
    ".rst": "restructuredtext", ".tex": "latex", ".txt": "plaintext",
}  # fmt: skip
_BY_NAME = {"Makefile": "makefile", "Dockerfile": "dockerfile"}


def language_of(path: Path) -> str:
    """The id, or "plaintext" for a name that says nothing."""
    return _BY_NAME.get(path.name) or _BY_SUFFIX.get(path.suffix.lower(), "plaintext")
