"""What one server has shown that it does not know: it is not asked for that again.

Servers differ in how they take a field they do not know. Most pass over it (Ollama,
llama_cpp.server, vLLM, llama-server); OpenAI and our host refuse the request with 400 and name it;
those built on pydantic answer 422, or 500 with the same words. `max_tokens: 0` is 400 to vLLM and
OpenAI, and **no limit at all** to Ollama and llama_cpp.server.

Lives as long as the process, whatever the settings make of it meanwhile.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lsp_server.model import wire
from lsp_server.model.failures import NOT_UNDERSTOOD


@dataclass(slots=True)
class Dialect:
    """`left_out` are names of fields; `warms_up`: whether it may know what a warm-up is."""

    left_out: frozenset[str] = frozenset()
    warms_up: bool = True


def host_dialect() -> Dialect:
    """Our host's: it never lets a model think, and has no field that says so."""
    return Dialect(frozenset({"chat_template_kwargs"}))


def disliked(status: int, refusal: wire.Refusal, body: Mapping[str, object]) -> frozenset[str]:
    """The extensions to leave out after this refusal: those it names, or all that were sent.

    None at all if the server means something else.
    """
    sent = frozenset(wire.EXTENSIONS) & body.keys()
    named = frozenset(name for name in sent if _names(refusal, name))
    if refusal.is_too_long or _names(refusal, "max_tokens"):
        return frozenset()
    if status in NOT_UNDERSTOOD:
        return named or sent
    return named if status == 500 else frozenset()


def _names(refusal: wire.Refusal, field: str) -> bool:
    return bool(re.search(rf"\b{field}\b", refusal.message))
