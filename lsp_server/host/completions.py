"""`POST /v1/completions`: a prompt without a chat around it, and the middle of a text.

A prompt's text may hold the texts of control tokens, and these are control: who asks here writes
the model's own format. With a suffix, prompt and suffix are parts of a document, and all of it is
plain text.
"""

from lsp_server.host import completion_request, wire
from lsp_server.host.choices import Choice, CompletionChoice
from lsp_server.host.completion_request import CompletionRequest, Prompt
from lsp_server.host.engine_thread import Ready
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.plan import Plan, checked


def plan(ready: Ready, content: bytes) -> Plan:
    """Raises BadRequest if it is malformed, or the model cannot do it."""
    request = completion_request.parse(content)
    tells_logprobs = request.options.n_logprobs is not None

    def choice(index: int) -> Choice:
        return CompletionChoice(index, tells_logprobs=tells_logprobs)

    vocabulary = ready.engine.vocabulary
    prediction = vocabulary.tokenize(request.options.prediction, start=False, markers=False)
    return checked(
        Plan(
            prompts=tuple(_tokens(ready, request, each) for each in request.prompts),
            options=request.options,
            kind=wire.COMPLETION,
            choice=choice,
            prediction=tuple(prediction),
        ),
        ready,
    )


def _tokens(ready: Ready, request: CompletionRequest, prompt: Prompt) -> tuple[int, ...]:
    vocabulary = ready.engine.vocabulary
    if not isinstance(prompt, str):
        _check_tokens(prompt, vocabulary.n_tokens)
        return prompt
    if request.suffix is None:
        return tuple(vocabulary.tokenize(prompt, start=True, markers=True))
    return _between(ready, prompt, request.suffix)


def _between(ready: Ready, prefix: str, suffix: str) -> tuple[int, ...]:
    """As models learn it: prefix, suffix, and then the middle."""
    vocabulary = ready.engine.vocabulary
    marks = vocabulary.fill_in_the_middle
    if marks is None:
        raise BadRequest(
            "This model has no fill-in-the-middle tokens; leave out 'suffix'.", "unsupported_value"
        )
    parts = [vocabulary.tokenize(text, start=False, markers=False) for text in (prefix, suffix)]
    start = vocabulary.tokenize("", start=True, markers=False)
    return (*start, marks.prefix, *parts[0], marks.suffix, *parts[1], marks.middle)


def _check_tokens(tokens: tuple[int, ...], n_vocab: int) -> None:
    if max(tokens) >= n_vocab:
        raise BadRequest(f"'prompt' names token {max(tokens)}, the model has {n_vocab}.")
