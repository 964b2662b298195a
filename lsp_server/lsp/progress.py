"""Work-done progress of one job: stage, rate, time left, and a Cancel button.

Clients differ in how fast they take reports, so they go out four times a second at most: the
newest of each kind of stage, so that none is left out, however short it was.
The token is created by the server; a job does not wait for the client to answer that.
"""

import asyncio

from lsp_server.lsp.client import Client
from lsp_server.model.protocol import Reading, Starting
from lsp_server.outcome import Checking, Drafting, Repairing, Stage, Writing

FIRST = asyncio.FIRST_COMPLETED
INTERVAL = 0.25
# Seconds: how long a token is kept back from a client that would lose it, and how long the end of
# a short job waits for a client that has not yet answered for its token.
GRACE = 0.1
END_WAIT = 0.5

WORDS = {
    "en": {
        "starting": "starting the model",
        "reading": "reading {n} of {m} tokens",
        "begun": "writing",
        "writing": "writing at {rate:.1f} tokens/s",
        "left": ", {left} left",
        "drafting": "working it out",
        "checking": "checking",
        "repairing": "correcting: {problem}",
    },
    "zh": {
        "starting": "正在启动模型",
        "reading": "正在读取第 {n} 个词元，共 {m} 个",
        "begun": "正在书写",
        "writing": "正在书写，每秒 {rate:.1f} 个词元",
        "left": "，还需 {left}",
        "drafting": "正在生成",
        "checking": "正在检查",
        "repairing": "正在修正：{problem}",
    },
}


class Progress:
    """Shows one job's stages until `end`."""

    def __init__(self, client: Client, token: str, title: str) -> None:
        self._client, self._token, self._title = client, token, title
        self._words = WORDS[client.support.language]
        self._begun = False
        self._untold: dict[type[Stage], Stage] = {}
        self._news = asyncio.Event()
        self._created: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._showing = asyncio.ensure_future(self._show())

    def tell(self, stage: Stage) -> None:
        self._untold.pop(type(stage), None)
        self._untold[type(stage)] = stage
        self._news.set()

    async def end(self, message: str) -> None:
        await asyncio.wait([self._showing, self._created], timeout=END_WAIT, return_when=FIRST)
        self._showing.cancel()
        await asyncio.wait([self._showing])
        if self._begun:
            self._report()
            self._client.end(self._token, message)

    async def _show(self) -> None:
        if self._client.support.loses_bursts:
            await asyncio.sleep(GRACE)
        if not await self._client.create_progress(self._token):
            return
        self._client.begin(self._token, self._title)
        self._begun = True
        self._created.set_result(None)
        while True:
            await self._news.wait()
            self._report()
            await asyncio.sleep(INTERVAL)

    def _report(self) -> None:
        self._news.clear()
        for stage in self._untold.values():
            self._client.report(self._token, *describe(stage, self._words))
        self._untold.clear()


def describe(stage: Stage, words: dict[str, str]) -> tuple[str, int | None]:
    """A stage in words, and how much of it is done in percent where that is known."""
    match stage:
        case Starting():
            return words["starting"], None
        case Reading(n, m):
            return words["reading"].format(n=n, m=m), 100 * n // m if m else None
        case Writing():
            return _writing(stage, words), _percent(stage)
        case Drafting():
            return words["drafting"], None
        case Checking():
            return words["checking"], None
        case Repairing(problem):
            return words["repairing"].format(problem=problem), None


def _writing(stage: Writing, words: dict[str, str]) -> str:
    # One token has no rate yet.
    said = words["writing"].format(rate=stage.rate) if stage.rate else words["begun"]
    left = stage.seconds_left
    return said if left is None else said + words["left"].format(left=_duration(left))


def _percent(stage: Writing) -> int | None:
    if not stage.n_expected:
        return None
    return min(99, 100 * stage.n_tokens // stage.n_expected)


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
