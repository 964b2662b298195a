"""What is to be computed for one request: from prompts in tokens to work for the engine.

All that can be refused is refused here, before anything is sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lsp_server.host.choices import Choice
from lsp_server.host.engine_thread import Ready
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.options import MAX_CHOICES, Options
from lsp_server.host.sampling import Sampling
from lsp_server.host.wire import Kind
from lsp_server.host.work import Event, Timings, Work


@dataclass(frozen=True, slots=True)
class Plan:
    """`options.n` replies to each of the prompts, those to the first prompt first. `choice` makes
    the form of the reply with an index. `n_system` as in `Work`."""

    prompts: tuple[tuple[int, ...], ...]
    options: Options
    kind: Kind
    choice: Callable[[int], Choice]
    prediction: tuple[int, ...] = ()
    n_system: int = 0

    @property
    def n_prompt(self) -> int:
        """Tokens; each prompt is read once."""
        return sum(map(len, self.prompts))

    def make_choices(self) -> list[Choice]:
        return [self.choice(index) for index in range(len(self.prompts) * self.options.n)]

    def works(self, emit: Callable[[int, Event], None]) -> list[Work]:
        """`emit` is told the index of the reply whose event it is."""
        options = self.options
        return [
            Work(
                prompt=prompt,
                emit=partial(emit, index),
                sampling=_seeded(options.sampling, index),
                max_tokens=options.max_tokens,
                stop=options.stop,
                reuses_prefix=options.reuses_prefix,
                prediction=self.prediction,
                is_warm_up=options.is_warm_up,
                n_system=self.n_system,
                n_logprobs=options.n_logprobs,
                n_draft_max=options.n_draft_max,
            )
            for index, prompt in enumerate(each for each in self.prompts for _ in range(options.n))
        ]

    def together(self, timings: Sequence[Timings]) -> Timings:
        """Of all replies: what was reused and read counts once for each prompt."""
        n = self.options.n
        groups = [timings[at : at + n] for at in range(0, len(timings), n)]
        return Timings(
            n_reused=sum(min(each.n_reused for each in group) for group in groups),
            n_prefilled=sum(max(each.n_prefilled for each in group) for group in groups),
            prefill_ms=max(each.prefill_ms for each in timings),
            n_decoded=sum(each.n_decoded for each in timings),
            decode_ms=max(each.decode_ms for each in timings),
            n_drafted=sum(each.n_drafted for each in timings),
            n_accepted=sum(each.n_accepted for each in timings),
            prefill_computing_ms=max(each.prefill_computing_ms for each in timings),
            decode_computing_ms=max(each.decode_computing_ms for each in timings),
        )


def checked(plan: Plan, ready: Ready) -> Plan:
    """Raises BadRequest if the window, the vocabulary or llama.cpp does not take it."""
    n_choices = len(plan.prompts) * plan.options.n
    if n_choices > MAX_CHOICES:
        raise BadRequest(f"These are {n_choices} replies; at most {MAX_CHOICES} are made at once.")
    for prompt in plan.prompts:
        _check_prompt(prompt, ready.engine.n_ctx)
    n_vocab = ready.engine.vocabulary.n_tokens
    for token, _bias in plan.options.sampling.logit_bias:
        if token >= n_vocab:
            raise BadRequest(f"'logit_bias' names token {token}, the model has {n_vocab}.")
    if plan.options.sampling.grammar:
        ready.engine.sampler(plan.options.sampling).close()
    return plan


def _check_prompt(prompt: Sequence[int], n_ctx: int) -> None:
    if len(prompt) >= n_ctx:
        raise BadRequest(
            f"The prompt has {len(prompt)} tokens, but the model's window holds {n_ctx}; "
            "ask with less context.",
            "context_length_exceeded",
            n_prompt_tokens=len(prompt),
            n_ctx=n_ctx,
        )
    if not prompt:
        raise BadRequest("The prompt is empty.")


def _seeded(sampling: Sampling, index: int) -> Sampling:
    """Replies to one prompt must not be the same."""
    return sampling if sampling.seed is None else replace(sampling, seed=sampling.seed + index)
