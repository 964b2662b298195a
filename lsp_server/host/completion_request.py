"""The body of `POST /v1/completions`, parsed at the border into values that can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass

from lsp_server.host import body, json_fields, known_fields, options
from lsp_server.host.json_fields import BadRequest, real_text
from lsp_server.host.options import MAX_CHOICES, MAX_TOP_LOGPROBS, Options

Prompt = str | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """Prompts are texts or tokens. `suffix`: what follows the reply; None if that is not said."""

    prompts: tuple[Prompt, ...]
    suffix: str | None
    options: Options


def parse(content: bytes) -> CompletionRequest:
    """Raises BadRequest."""
    fields = body.fields(content)
    known_fields.check(fields, known_fields.COMPLETION)
    # Clients send an empty suffix for none.
    suffix = json_fields.text(fields, "suffix", "") or None
    prompts = _prompts(fields)
    if suffix is not None and not all(isinstance(each, str) for each in prompts):
        raise BadRequest("With a 'suffix' the 'prompt' must be a text.")
    return CompletionRequest(prompts, suffix, options.parse(fields, _n_logprobs(fields)))


def _prompts(fields: Mapping[str, object]) -> tuple[Prompt, ...]:
    """One text or one list of tokens, or a list of such."""
    value = fields.get("prompt")
    is_one = isinstance(value, str) or _is_tokens(value)
    values = [value] if is_one else value
    if not isinstance(values, list) or not 0 < len(values) <= MAX_CHOICES:
        raise BadRequest(
            "'prompt' must be a text, a list of token ids, or a list of such with at most "
            f"{MAX_CHOICES} prompts."
        )
    return tuple(map(_prompt, values))


def _prompt(value: object) -> Prompt:
    if isinstance(value, str):
        return real_text("prompt", value)
    if not isinstance(value, list) or not _is_tokens(value):
        raise BadRequest("'prompt' must hold texts or lists of token ids.")
    return tuple(value)


def _is_tokens(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_token, value))


def _is_token(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def _n_logprobs(fields: Mapping[str, object]) -> int | None:
    """A number of tokens, not a flag as in chats."""
    if "logprobs" not in fields:
        return None
    return json_fields.integer(fields, "logprobs", 0, (0, MAX_TOP_LOGPROBS))
