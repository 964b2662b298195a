"""A real host reads ahead: the next prompt that begins alike is not read again."""

from lsp_server.model.client import HttpModel
from lsp_server.model.dialect import host_dialect
from lsp_server.model.endpoint import UnixSocket
from lsp_server.model.protocol import Ended, Event, Reading
from lsp_server.prompt import Prompt, Sampling
from tests.hosting import N_CTX, running_host

SHARED = Prompt("You are careful. " * 20, "The file:\n\n" + "x = 天\n" * 200)


def task(words: str) -> Prompt:
    return Prompt(SHARED.system, f"{SHARED.user}\n\n## Task\n\n{words}")


async def events(model: HttpModel, prompt: Prompt) -> list[Event]:
    return [each async for each in model.reply(prompt, Sampling())]


async def test_what_was_read_ahead_is_not_read_again() -> None:
    with running_host({"": "Yes."}) as host:
        model = HttpModel(UnixSocket(host.socket), N_CTX, dialect=host_dialect())
        cold = (await events(model, Prompt("", "x")))[-1]
        assert isinstance(cold, Ended)
        assert cold.n_reused == 0
        await model.warm_up(SHARED)
        for words in ("Explain it.", "Write its doc."):
            got = await events(model, task(words))
            end = got[-1]
            assert isinstance(end, Ended)
            assert end.n_reused > 0.95 * end.n_prompt
            (*_, read) = [each for each in got if isinstance(each, Reading)]
            assert read.n_read == read.n_total == end.n_prompt - end.n_reused
