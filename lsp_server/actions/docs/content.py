"""What a doc says, before any format: summary, parameters, returns, raises.

Texts are sentences without markup of a docstring style, and may be empty: then nothing is known
beyond what the signature says. A doc holds what the code shows and nothing that was guessed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A named thing and what is known of it.

    `name` carries the stars of `*args`. `type` and `default` are source text; `stated` says that
    the signature already shows the type, so that styles which do not repeat it leave it out.
    """

    name: str
    text: str = ""
    type: str | None = None
    default: str | None = None
    stated: bool = True


@dataclass(frozen=True, slots=True)
class Doc:
    """Everything known of one symbol. `summary` is one sentence with its full stop.

    `language` ("en" or "zh") is that of the texts.
    """

    summary: str
    parameters: tuple[Field, ...] = ()
    attributes: tuple[Field, ...] = ()
    returns: Field | None = None
    yields: Field | None = None
    raises: tuple[Field, ...] = ()
    language: str = "en"
