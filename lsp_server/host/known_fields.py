"""Which fields of a request are honoured, which ask for nothing, and which are refused.

A field that is not known is refused by name, never ignored in silence: a client that relied on
it would wait for something that does not come. docs/host-api.md has the list in words.
"""

from collections.abc import Mapping, Set

from lsp_server.host.json_fields import BadRequest

COMMON = frozenset({
    "temperature", "top_p", "top_k", "min_p", "seed", "stop", "max_tokens", "n", "logprobs",
    "frequency_penalty", "presence_penalty", "repeat_penalty", "logit_bias", "grammar",
    "json_schema", "response_format", "stream", "stream_options", "return_progress",
    "cache_prompt", "prediction", "warm_up", "speculative.n_max",
})  # fmt: skip

CHAT = COMMON | {
    "messages", "max_completion_tokens", "top_logprobs", "tools", "tool_choice",
    "parallel_tool_calls", "chat_template_kwargs",
}  # fmt: skip

COMPLETION = COMMON | {"prompt", "suffix"}

IGNORED = frozenset({
    # One model is served; nothing is stored, and nobody's use is told to anybody.
    "model", "user", "metadata", "store", "safety_identifier", "service_tier",
    # Hints about caches: the KV cache finds the longest common start by itself.
    "prompt_cache_key", "prompt_cache_retention", "id_slot", "n_keep", "n_cache_reuse",
    # The model is never let think, and how wordy it is, the prompt says.
    "reasoning_effort", "reasoning_format", "thinking_budget_tokens", "verbosity",
    # Every reply has its timings.
    "timings_per_token",
})  # fmt: skip

OFF: Mapping[str, tuple[object, ...]] = {
    "audio": (),
    "modalities": (["text"],),
    "functions": ([],),
    "function_call": ("none",),
    "web_search_options": (),
    "best_of": (1,),
    "echo": (False,),
    "ignore_eos": (False,),
    "typical_p": (1,),
    "top_n_sigma": (-1,),
    "dynatemp_range": (0,),
    "mirostat": (0,),
    "xtc_probability": (0,),
    "dry_multiplier": (0,),
    "min_keep": (0,),
    "lora": ([],),
    "add_generation_prompt": (True,),
}
"""What the host cannot do, with the values that do not ask for it."""

STREAM_OPTIONS = frozenset({"include_usage", "include_obfuscation"})


def check(fields: Mapping[str, object], known: Set[str]) -> None:
    """Raises BadRequest for the first field that asks for something that nobody would do."""
    for name, value in fields.items():
        if name in known or name in IGNORED:
            continue
        if name not in OFF:
            raise BadRequest(
                f"The field '{name}' is not known here; leave it out.", "unknown_field"
            )
        if not any(_is_same(value, off) for off in OFF[name]):
            raise BadRequest(
                f"The field '{name}' asks for what this server cannot do; leave it out.",
                "unsupported_value",
            )


def _is_same(value: object, other: object) -> bool:
    """As JSON has it: true is not 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)
