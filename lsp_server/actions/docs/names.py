"""A name of code as words of prose.

`getHTTPResponse`, `get_http_response` and `GetHttpResponse` are the same words. Words that are
abbreviations keep their capitals; nothing is spelled out or translated.
"""

import re

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\dA-Za-z_]+")
_ABBREVIATIONS = {
    *("api", "ascii", "ast", "cpu", "css", "csv", "db", "dns", "eof", "ftp", "gpu", "gui", "html"),
    *("http", "https", "id", "imap", "io", "ip", "json", "jwt", "lsp", "mime", "os", "pdf", "pid"),
    *("posix", "ram", "rgb", "rpc", "sdk", "sha", "smtp", "sql", "ssh", "ssl", "tcp", "tls", "ttl"),
    *("ui", "udp", "uri", "url", "urls", "utc", "utf", "uuid", "xml", "yaml", "zip"),
}
_PLURALS = {"ids": "IDs", "urls": "URLs", "apis": "APIs"}
# Words before which no article stands: "read from file", "load all plugins".
_BARE = {
    *("all", "any", "each", "every", "no", "next", "only", "both", "one", "some", "more"),
    *("from", "to", "in", "on", "with", "for", "as", "into", "by", "at", "of", "up", "down"),
    *("out", "off", "over", "until", "if", "when", "is", "not", "and", "or", "without", "after"),
    *("before", "through", "down", "again", "once", "this", "the", "a", "an", "self", "like"),
}


def words(name: str) -> list[str]:
    """Lower case, but for abbreviations."""
    return [_cased(word) for word in _WORD.findall(name)]


def phrase(parts: list[str]) -> str:
    """`the user name`, or without an article where none fits; "" for no words."""
    if not parts:
        return ""
    text = " ".join(parts)
    return text if parts[0].lower() in _BARE or parts[0].isdigit() else f"the {text}"


def capitalized(text: str) -> str:
    """With a capital at the start, the rest as it is; code in backticks stays."""
    return text[:1].upper() + text[1:]


def _cased(word: str) -> str:
    lower = word.lower()
    if lower in _PLURALS:
        return _PLURALS[lower]
    return lower.upper() if lower in _ABBREVIATIONS else lower
