"""How tokens are picked, as a request asks for it; `engine.py` makes llama.cpp's chain of it.

The defaults are llama-server's, so that the same request means the same there and here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sampling:
    """Temperature 0 picks the likeliest token. `seed` None means: another one each time.

    `top_k` 0, `top_p` 1, `min_p` 0, `repeat_penalty` 1 and the other penalties 0 are switched
    off. Penalties look at the last `PENALTY_LAST_N` tokens of the reply. `logit_bias`: tokens and
    what is added to their logits. `grammar`: GBNF that the reply must follow; "" none.
    """

    temperature: float = 0.8
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    seed: int | None = None
    repeat_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    logit_bias: tuple[tuple[int, float], ...] = ()
    grammar: str = ""

    @property
    def penalizes(self) -> bool:
        return (self.repeat_penalty, self.frequency_penalty, self.presence_penalty) != (1, 0, 0)


PENALTY_LAST_N = 64
