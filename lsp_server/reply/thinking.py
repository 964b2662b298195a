"""Drop the thoughts that a reasoning model writes before its answer.

Thoughts stand at the start of the reply, between tags. Some chat templates open the tag
themselves, so that only the closing one comes: nothing then tells thoughts from an answer but
their sound ("Okay, the user wants"). A reply that sounds so is held until the closing tag, or to
its end, and then given whole: a false alarm costs the streaming, never text. Where thoughts did
not sound so and the closing tag comes alone on a line, text has been passed on that does not
belong in the document, and the reply is refused.
"""

import re

from lsp_server.errors import ReplyError

CLOSERS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "[THINK]": "[/THINK]",
}
LONE_CLOSER = "</think>"

# How replies of Qwen, DeepSeek and GLM begin to think, in English and Chinese.
THOUGHT = re.compile(
    r"(okay|ok|alright|all right|hmm+|wait|got it)\b[,. ]|(let me|let's|we need|we are given|"
    r"i need|the user|first, i|so,? (the|i|we)|now,? (the|i|we))\b|嗯|好的[，,]?(用户|我)|"
    r"用户|首先[，,]|我需要|我们需要|让我",
    re.IGNORECASE,
)
N_DECIDING = 24


class DropThinking:
    """Passes on the answer alone. Raises ReplyError where thoughts were never closed."""

    done = False

    def __init__(self) -> None:
        self._text = ""
        self._closer = ""
        self._sounds_like_thought = False
        self._after_thought = False
        self._answer: _Answer | None = None

    def push(self, chunk: str) -> str:
        if self._answer is not None:
            return self._answer.push(chunk)
        self._text += chunk
        return self._advanced(N_DECIDING)

    def close(self) -> str:
        if self._answer is None:
            text = self._advanced(0)
            return text + (self._answer.close() if self._answer else self._unclosed())
        return self._answer.close()

    def _advanced(self, n_deciding: int) -> str:
        """Drop what is thought; begin the answer once `n_deciding` characters are in."""
        while True:
            if self._closer and not self._dropped_thought():
                return ""
            start = self._text.lstrip()
            opener = next((tag for tag in CLOSERS if start.startswith(tag)), "")
            if opener:
                self._text, self._closer = start[len(opener) :], CLOSERS[opener]
            elif start.startswith(LONE_CLOSER):
                self._closer = LONE_CLOSER
            elif len(start) < n_deciding:
                return ""
            elif THOUGHT.match(start[:N_DECIDING]) and not self._after_thought:
                self._closer, self._sounds_like_thought = LONE_CLOSER, True
            else:
                return self._begun()

    def _dropped_thought(self) -> bool:
        """Whether the closing tag is in; all up to it is dropped."""
        _, closer, rest = self._text.partition(self._closer)
        if not closer:
            return False
        self._text, self._closer, self._sounds_like_thought = rest, "", False
        self._after_thought = True
        return True

    def _begun(self) -> str:
        text = self._text
        if self._after_thought:
            blank = len(text) - len(text.lstrip())
            text = text[text.rfind("\n", 0, blank) + 1 :]
        self._answer = _Answer()
        return self._answer.push(text)

    def _unclosed(self) -> str:
        if self._sounds_like_thought:
            return self._text
        if self._closer:
            raise ReplyError(
                "The model only thought and did not answer: raise max_reply_tokens, or choose "
                "a model that answers at once."
            )
        return ""


class _Answer:
    """Passes text on as it comes, but for a closing tag that stands alone on a line."""

    def __init__(self) -> None:
        self._held = ""
        self._in_line = False

    def push(self, chunk: str) -> str:
        *lines, rest = (self._held + chunk).split("\n")
        for line in lines:
            if not self._in_line:
                _refuse_closer(line)
            self._in_line = False
        self._in_line = self._in_line or not LONE_CLOSER.startswith(rest.rstrip())
        self._held = "" if self._in_line else rest
        return "".join(line + "\n" for line in lines) + (rest if self._in_line else "")

    def close(self) -> str:
        _refuse_closer(self._held)
        return self._held


def _refuse_closer(line: str) -> None:
    if line.rstrip() == LONE_CLOSER:
        raise ReplyError(
            "The reply began with thoughts that were not marked as such: choose a model that "
            "answers at once, or a server that marks thoughts."
        )
