"""`{% cache timeout, name, ... %}` in templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from lsp_server.migrate.profiles.flask_caching.pieces_lookup import cache_seconds


def make_template_fragment_key(fragment_name: str, vary_on: list[str] | None = None) -> str:
    """The key of a fragment of a template, by its name and what it varies on."""
    ending = f"_{'_'.join(vary_on)}" if vary_on else ""
    return f"_template_fragment_cache_{fragment_name}{ending}"


class CacheExtension(Extension):
    """The tag `cache`. The environment's `template_fragment_cache` is the `Cache`."""

    tags = {"cache"}

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        arguments = [parser.parse_expression()]
        while parser.stream.skip_if("comma"):
            arguments.append(parser.parse_expression())
        timeout, *rest = arguments
        name = rest[0] if rest else nodes.Const(f"{parser.filename}{line}")
        call = self.call_method("_cached_fragment", [timeout, name, nodes.List(rest[1:])])
        body = parser.parse_statements(("name:endcache",), drop_needle=True)
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _cached_fragment(
        self, timeout: Any, name: str, vary_on: list[str], caller: Callable[[], str]
    ) -> str:
        cache: Any = self.environment.template_fragment_cache  # type: ignore[attr-defined]
        key = make_template_fragment_key(name, vary_on)
        try:
            if timeout == "del":
                cache.delete(key)
                return caller()
            text: str | None = cache.get(key)
            if text is None:
                text = caller()
                cache.set(key, text, timeout=cache_seconds(timeout))
            return text
        except Exception:
            if cache.app.debug:
                raise
            return caller()
