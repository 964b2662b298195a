"""What can go wrong between here and a model, as sentences that say what to do.

Deliberately absent: deciding whether to try again (client.py, supervised.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from lsp_server.errors import HostFailed, ModelError, PennaError, PromptTooLong
from lsp_server.model.wire import Refusal

NOT_UNDERSTOOD = (400, 422)
_BY_STATUS = {
    401: "refuses the key; put the right one in the file that api_key_file names",
    403: "does not allow this; check the key and what it may do",
    404: "does not know this address or model; check base_url and the model's name",
    413: "takes no prompt of this length; select less",
    429: "has too much to do; wait a little and ask again",
    503: "is not ready; if it is still loading its model, ask again in a moment",
}


class NotUnderstood(HostFailed):
    """The server does not know what the request asks for; asked again, it says the same."""


@contextmanager
def sentences(name: str, stall_seconds: float) -> Iterator[None]:
    """Turn httpx's errors into HostFailed. `name` is what the user knows the server by."""
    import httpx

    try:
        yield
    except httpx.ConnectTimeout:
        raise HostFailed(f"There is no answer from {name}; check that it runs.") from None
    except httpx.TimeoutException:
        raise HostFailed(
            f"Nothing has come from {name} for {stall_seconds / 60:.0f} minutes; end it and ask "
            "again."
        ) from None
    except httpx.ConnectError as error:
        reason = f" ({error})" if str(error) else ""
        raise HostFailed(f"No connection to {name}{reason}; check that it runs.") from None
    except (httpx.NetworkError, httpx.RemoteProtocolError):
        raise HostFailed(
            f"The connection to {name} broke in the middle of the reply; ask again."
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise HostFailed(f"The request to {name} failed ({error}).") from None


def refused(name: str, status: int, refusal: Refusal, n_ctx: int = 0) -> PennaError:
    """The error for an answer that is not a reply. Status 200 is an error inside a stream.

    `n_ctx` is the window that the prompt was made for.
    """
    if refusal.is_too_long:
        return PromptTooLong(_too_long(refusal, n_ctx))
    if 300 <= status < 400:
        return HostFailed(
            f"{_start(name)} sends Penna on to another address, which is not followed; set "
            "base_url to the final one."
        )
    said = f" (it says: {refusal.message})" if refusal.message else ""
    if status in _BY_STATUS:
        return HostFailed(f"{_start(name)} {_BY_STATUS[status]}{said}.")
    what = "failed in the middle of the reply" if status == 200 else f"answered {status}"
    sentence = f"{_start(name)} {what}{said}; ask again, or look at its log."
    return NotUnderstood(sentence) if status in NOT_UNDERSTOOD else HostFailed(sentence)


def broken_stream(name: str, reason: str) -> ModelError:
    """The error for bytes that are not server-sent events with JSON in them."""
    return HostFailed(
        f"{_start(name)} does not speak the chat-completions protocol ({reason}); check base_url."
    )


def stopped(name: str, finish: str) -> ModelError:
    """The error for a stream that ended otherwise than by stop or length."""
    if finish:
        return HostFailed(f"{_start(name)} withheld the rest of the reply ({finish}).")
    return HostFailed(f"{_start(name)} stopped in the middle of the reply; ask again.")


def _too_long(refusal: Refusal, n_ctx: int) -> str:
    if 0 < refusal.n_ctx < n_ctx:
        return (
            f"The model's window has {refusal.n_ctx:,} tokens, and n_ctx in the settings says "
            f"{n_ctx:,}; set n_ctx to {refusal.n_ctx}."
        )
    if refusal.n_prompt and refusal.n_ctx:
        return (
            f"The prompt has {refusal.n_prompt:,} tokens and the model's window {refusal.n_ctx:,}; "
            "select less, or set a larger n_ctx."
        )
    return "The prompt does not fit the model's window; select less, or set a larger n_ctx."


def _start(name: str) -> str:
    """The name as a sentence begins with it. Addresses stay as they are."""
    return name[:1].upper() + name[1:] if name.startswith("the ") else name
