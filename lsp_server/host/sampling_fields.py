"""How tokens are to be picked, as the fields of a request say it."""

from collections.abc import Iterator, Mapping

from lsp_server.host import constraint, json_fields
from lsp_server.host.json_fields import BadRequest, is_number
from lsp_server.host.sampling import Sampling

MAX_BIASES = 1024
MAX_BIAS = 100.0


def parse(fields: Mapping[str, object]) -> Sampling:
    """Raises BadRequest."""
    default = Sampling()
    return Sampling(
        temperature=json_fields.number(fields, "temperature", default.temperature, (0, 2)),
        top_k=json_fields.integer(fields, "top_k", default.top_k, (-1, 2**31 - 1)),
        top_p=json_fields.number(fields, "top_p", default.top_p, (0, 1)),
        min_p=json_fields.number(fields, "min_p", default.min_p, (0, 1)),
        seed=_seed(fields),
        repeat_penalty=json_fields.number(
            fields, "repeat_penalty", default.repeat_penalty, (0.1, 10)
        ),
        frequency_penalty=json_fields.number(fields, "frequency_penalty", 0.0, (-2, 2)),
        presence_penalty=json_fields.number(fields, "presence_penalty", 0.0, (-2, 2)),
        logit_bias=tuple(_biases(fields.get("logit_bias", {}))),
        grammar=constraint.grammar(fields),
    )


def _seed(fields: Mapping[str, object]) -> int | None:
    """-1 is llama-server's word for none."""
    seed = json_fields.integer(fields, "seed", -1, (-(2**63), 2**64))
    return None if seed == -1 else seed


def _biases(value: object) -> Iterator[tuple[int, float]]:
    """OpenAI's object of token ids, or llama-server's list of pairs."""
    pairs = list(value.items()) if isinstance(value, dict) else value
    if not isinstance(pairs, list) or len(pairs) > MAX_BIASES:
        raise BadRequest(f"'logit_bias' must be an object with at most {MAX_BIASES} tokens.")
    for pair in pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise BadRequest("'logit_bias' as a list must hold pairs of a token id and a bias.")
        yield _token(pair[0]), _bias(pair[1])


def _token(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31:
        return value
    raise BadRequest("The tokens of 'logit_bias' must be token ids, whole numbers from 0.")


def _bias(value: object) -> float:
    """false is llama-server's word for never."""
    if value is False:
        return -float("inf")
    if not is_number(value) or not -MAX_BIAS <= value <= MAX_BIAS:
        raise BadRequest("The biases of 'logit_bias' must be numbers from -100 to 100.")
    return float(value)
