"""How much is measured: tokens and rounds. Two sets, and neither exceeds the model's window."""

from dataclasses import dataclass, fields, replace

ROOM = 320
"""Tokens of the window that prompts leave to the chat template and to replies."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """`prompt_` and `reply_` are tokens, `n_` counts. `n_pairs`: edits of each kind that are
    replayed; `n_probes`: tokens of each edit that are also decoded plainly."""

    n_rounds: int = 5
    prompt_rates: int = 512
    reply_rates: int = 64
    n_first_tokens: int = 3
    prompt_first_token: int = 1500
    n_restarts: int = 2
    n_cancels: int = 3
    prompt_cancelled: int = 4000
    prompt_short: int = 16
    n_clients_rounds: int = 2
    prompt_read_beside: int = 2000
    prompt_client: int = 256
    reply_client: int = 64
    prompt_memory: int = 1024
    n_pairs: int = 12
    n_probes: int = 24

    def within(self, n_ctx: int) -> "Sizes":
        """The same, with prompts cut to what a window of `n_ctx` tokens has room for."""
        most = max(n_ctx - ROOM, self.prompt_short)
        cut = {
            field.name: min(getattr(self, field.name), most)
            for field in fields(self)
            if field.name.startswith("prompt_")
        }
        # Two prompts and a long reply, or four prompts, share the window.
        cut["prompt_read_beside"] = min(cut["prompt_read_beside"], most // 2)
        cut["prompt_client"] = min(cut["prompt_client"], most // 4)
        return replace(self, **cut)


FULL = Sizes()
QUICK = Sizes(
    n_rounds=2,
    prompt_rates=128,
    reply_rates=16,
    n_first_tokens=1,
    prompt_first_token=256,
    n_restarts=1,
    n_cancels=1,
    prompt_cancelled=1000,
    n_clients_rounds=1,
    prompt_read_beside=400,
    prompt_client=64,
    reply_client=16,
    prompt_memory=128,
    n_pairs=1,
    n_probes=6,
)
