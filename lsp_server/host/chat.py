"""`POST /v1/chat/completions`: from the request's body to what is to be computed."""

from lsp_server.host import chat_request, messages, wire
from lsp_server.host.chat_template import TemplateRefused
from lsp_server.host.choices import ChatChoice, Choice
from lsp_server.host.engine_thread import Ready
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.plan import Plan, checked


def plan(ready: Ready, content: bytes) -> Plan:
    """Raises BadRequest if it is malformed, or the template or the window does not take it."""
    chat = chat_request.parse(content)
    try:
        prompt = ready.chat_template.tokens(chat.messages, chat.tools)
    except TemplateRefused as error:
        raise BadRequest(str(error)) from error
    names = frozenset(map(messages.function_name, chat.tools))
    tells_logprobs = chat.options.n_logprobs is not None

    def choice(index: int) -> Choice:
        return ChatChoice(index, names, tells_logprobs=tells_logprobs)

    vocabulary = ready.engine.vocabulary
    prediction = vocabulary.tokenize(chat.options.prediction, start=False, markers=False)
    return checked(
        Plan(
            prompts=(tuple(prompt),),
            options=chat.options,
            kind=wire.CHAT,
            choice=choice,
            prediction=tuple(prediction),
            n_system=ready.chat_template.n_system(chat.messages, prompt, chat.tools),
        ),
        ready,
    )
