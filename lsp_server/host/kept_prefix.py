"""The KV state of the system prompt on disk, so that a new host need not read it again.

llama.cpp trusts the bytes of a state, so a file is checked whole before one of them reaches it:
what is corrupt, cut off, from elsewhere or too large is as good as none, and is written anew. So
is nothing lost if the disk is full or the folder cannot be written: one sentence in the log.

The file: MAGIC, the 32 bytes of the identity, the number of tokens and of the state's bytes (64
bits each, little-endian), a BLAKE2b hash of all the rest, the tokens (32 bits each), the state.
"""

import hashlib
import hmac
import logging
import struct
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from lsp_server.host import private_files
from lsp_server.host.engine import Engine

log = logging.getLogger(__name__)

MAGIC = b"PennaKV\x01"
"""The last byte is the format's version."""

MOST_BYTES = 512 << 20
"""A state of 3,600 tokens of a 4B model."""

N_FILES = 4
"""Models whose states are kept, the last used ones."""

SUFFIX = ".kv"
_HEAD = struct.Struct("<8s32sQQ32s")


class KeptPrefix:
    """One file in `folder`, for one `identity` of 32 bytes (identity.digest)."""

    def __init__(self, folder: Path, identity: bytes, n_most: int = MOST_BYTES) -> None:
        self._path = folder / f"{identity.hex()[:32]}{SUFFIX}"
        self._identity = identity
        self._n_most = n_most
        self._has_complained = False

    def load(self) -> tuple[tuple[int, ...], bytes] | None:
        """The tokens and their state, or None if nothing usable is there."""
        try:
            content = private_files.read(self._path, self._n_most)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._complain("read", error)
            return None
        private_files.touch(self._path)
        return _unpacked(content, self._identity)

    def save(self, tokens: Sequence[int], state: bytes) -> bool:
        """Put them in the place of what was kept; False if that could not be."""
        parts = _packed(tokens, state, self._identity)
        if sum(map(len, parts)) > self._n_most:
            return False
        try:
            private_files.write(self._path, parts)
            private_files.keep_newest(self._path.parent, SUFFIX, N_FILES)
        except OSError as error:
            self._complain("written", error)
            return False
        return True

    def _complain(self, what: str, error: OSError) -> None:
        if not self._has_complained:
            text = "The system prompt is read anew at each start: %s cannot be %s (%s)."
            log.warning(text, self._path, what, error.strerror or error)
        self._has_complained = True


class SystemPrompt:
    """Brings the kept prefix into the engine, and keeps another one. For the engine thread."""

    def __init__(self, engine: Engine, kept: KeptPrefix, least_interval_s: float = 60) -> None:
        """Two clients with different system prompts in turns cause one write per interval."""
        self._engine = engine
        self._kept = kept
        self._interval_s = least_interval_s
        self._tokens: tuple[int, ...] = ()
        self._written = -least_interval_s
        self._writer: threading.Thread | None = None

    def restore(self, sequence: int) -> tuple[int, ...]:
        """Fill an empty sequence with what was kept; the tokens it holds now, () if none."""
        loaded = self._kept.load()
        if loaded is None:
            return ()
        tokens, state = loaded
        if not self._fits(tokens) or self._engine.restore(sequence, state) != len(tokens):
            self._engine.keep(sequence, 0)
            return ()
        self._tokens = tokens
        return tokens

    def wants(self, tokens: Sequence[int]) -> bool:
        """Whether `keep` would do anything: they are others than those kept, and it is time."""
        is_writing = self._writer is not None and self._writer.is_alive()
        is_time = time.monotonic() - self._written >= self._interval_s
        is_new = bool(tokens) and tuple(tokens) != self._tokens and self._engine.can_cut
        return is_new and is_time and not is_writing

    def keep(self, source: int, tokens: Sequence[int], spare: int) -> None:
        """`tokens` are the first ones of the sequence `source`; `spare` is empty, and is again.

        Reads the state at once (milliseconds) and writes it in a thread of its own.
        """
        if not self.wants(tokens) or self._engine.n_kept(source) < len(tokens):
            return
        self._engine.share(source, spare, (0, len(tokens)))
        state = self._engine.state(spare)
        self._engine.keep(spare, 0)
        self._tokens, self._written = tuple(tokens), time.monotonic()
        self._writer = threading.Thread(
            target=self._kept.save, args=(self._tokens, state), name="kept prefix", daemon=True
        )
        self._writer.start()

    def close(self) -> None:
        """Wait until what is being written is."""
        if self._writer is not None:
            self._writer.join()

    def _fits(self, tokens: tuple[int, ...]) -> bool:
        known = range(self._engine.vocabulary.n_tokens)
        return len(tokens) < self._engine.n_ctx and all(token in known for token in tokens)


def _packed(tokens: Sequence[int], state: bytes, identity: bytes) -> list[bytes]:
    numbers = struct.pack(f"<{len(tokens)}I", *tokens)
    start = (MAGIC, identity, len(tokens), len(state))
    return [_HEAD.pack(*start, _checksum(start, numbers, state)), numbers, state]


def _unpacked(content: bytes, identity: bytes) -> tuple[tuple[int, ...], bytes] | None:
    if len(content) < _HEAD.size:
        return None
    *start, checksum = _HEAD.unpack_from(content)
    magic, whose, n_tokens, n_state = start
    begin = _HEAD.size + 4 * n_tokens
    if (magic, whose, begin + n_state) != (MAGIC, identity, len(content)) or not n_tokens:
        return None
    numbers, state = content[_HEAD.size : begin], content[begin:]
    if not hmac.compare_digest(checksum, _checksum(tuple(start), numbers, state)):
        return None
    return struct.unpack(f"<{n_tokens}I", numbers), state


def _checksum(start: tuple[object, ...], numbers: bytes, state: bytes) -> bytes:
    hashed = hashlib.blake2b(repr(start).encode(), digest_size=32)
    hashed.update(numbers)
    hashed.update(state)
    return hashed.digest()
