"""The system prompt's state on disk: the same after a restart, and never in the way."""

import errno
import hashlib
import os
import resource
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.host import private_files
from lsp_server.host.engine import Engine, Row, Shape
from lsp_server.host.identity import digest
from lsp_server.host.kept_prefix import N_FILES, KeptPrefix, SystemPrompt
from lsp_server.host.sampling import Sampling
from tests.random_model import make_random_model

IDENTITY = digest("a model", "its settings")
TOKENS, STATE = (5, 6, 7), b"not looked at" * 100
PROMPT = tuple(b"You are a careful engineer. Answer with code.")
QUESTION = tuple(b"Why?")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random_model(tmp_path_factory.mktemp("kept") / "random.gguf")


@contextmanager
def opened(model: Path, n_ctx: int = 512) -> Iterator[Engine]:
    engine = Engine(Shape(model, n_ctx=n_ctx, n_threads=1, n_seq_max=4), lambda: True)
    try:
        yield engine
    finally:
        engine.close()


def file_in(folder: Path) -> Path:
    (file,) = (path for path in folder.iterdir() if path.suffix == ".kv")
    return file


def read_prompt(engine: Engine, sequence: int, tokens: tuple[int, ...], start: int = 0) -> None:
    rows = [Row(token, start + at, sequence) for at, token in enumerate(tokens)]
    rows[-1] = Row(rows[-1].token, rows[-1].position, sequence, True)
    assert engine.decode(rows) == "done"


def reply(engine: Engine, sequence: int, tokens: tuple[int, ...], start: int) -> list[int]:
    """Twenty tokens after `tokens`, of which the first `start` are in the sequence already."""
    sampler = engine.sampler(Sampling(0))
    read_prompt(engine, sequence, tokens[start:], start)
    said = [engine.sample(sampler, len(tokens) - start - 1)]
    while len(said) < 20:
        position = len(tokens) + len(said) - 1
        assert engine.decode([Row(said[-1], position, sequence, True)]) == "done"
        said.append(engine.sample(sampler, 0))
    sampler.close()
    return said


# --- in the engine ----------------------------------------------------------------------------


def test_after_a_restart_the_reply_is_the_same_and_nothing_of_the_prompt_is_read(
    model: Path, tmp_path: Path
) -> None:
    with opened(model) as engine:
        system = SystemPrompt(engine, KeptPrefix(tmp_path, IDENTITY))
        assert system.restore(3) == ()
        before = reply(engine, 0, PROMPT + QUESTION, 0)
        system.keep(0, PROMPT, 3)
        system.close()
        assert engine.n_kept(3) == 0
    with opened(model, n_ctx=1024) as engine:
        system = SystemPrompt(engine, KeptPrefix(tmp_path, IDENTITY))
        assert system.restore(3) == PROMPT
        assert engine.n_kept(3) == len(PROMPT)
        assert reply(engine, 3, PROMPT + QUESTION, len(PROMPT)) == before


def test_another_state_in_the_file_would_be_noticed(model: Path, tmp_path: Path) -> None:
    """That is: this model's replies hang on all of its prompt."""
    with opened(model) as engine:
        right = reply(engine, 0, PROMPT + QUESTION, 0)
        assert reply(engine, 1, (PROMPT[1], *PROMPT[1:], *QUESTION), 0) != right


def test_what_is_kept_is_not_kept_again(model: Path, tmp_path: Path) -> None:
    with opened(model) as engine:
        read_prompt(engine, 0, PROMPT)
        system = SystemPrompt(engine, KeptPrefix(tmp_path, IDENTITY), least_interval_s=0)
        assert system.wants(PROMPT) and not system.wants(())
        system.keep(0, PROMPT, 3)
        system.close()
        assert not system.wants(PROMPT) and system.wants(PROMPT[:9])
        again = SystemPrompt(engine, KeptPrefix(tmp_path, IDENTITY))
        assert again.restore(3) == PROMPT and not again.wants(PROMPT)


def test_clients_that_take_turns_do_not_write_in_turns(model: Path, tmp_path: Path) -> None:
    with opened(model) as engine:
        read_prompt(engine, 0, PROMPT)
        system = SystemPrompt(engine, KeptPrefix(tmp_path, IDENTITY), least_interval_s=3600)
        system.keep(0, PROMPT, 3)
        system.keep(0, PROMPT[:9], 3)
        system.close()
    loaded = KeptPrefix(tmp_path, IDENTITY).load()
    assert loaded is not None and loaded[0] == PROMPT


def test_a_sequence_that_holds_less_is_not_kept(model: Path, tmp_path: Path) -> None:
    with opened(model) as engine:
        read_prompt(engine, 0, PROMPT[:9])
        SystemPrompt(engine, KeptPrefix(tmp_path, IDENTITY)).keep(0, PROMPT, 3)
    assert KeptPrefix(tmp_path, IDENTITY).load() is None


@pytest.mark.parametrize("tokens", [(300,), tuple(range(200)) * 3])
def test_tokens_that_this_engine_cannot_hold_are_ignored(
    model: Path, tmp_path: Path, tokens: tuple[int, ...]
) -> None:
    kept = KeptPrefix(tmp_path, IDENTITY)
    kept.save(tokens, STATE)
    with opened(model) as engine:
        assert SystemPrompt(engine, kept).restore(3) == ()


def test_a_state_of_another_length_than_its_tokens_leaves_an_empty_sequence(
    model: Path, tmp_path: Path
) -> None:
    kept = KeptPrefix(tmp_path, IDENTITY)
    with opened(model) as engine:
        read_prompt(engine, 0, PROMPT)
        kept.save(PROMPT[:-1], engine.state(0))
        assert SystemPrompt(engine, kept).restore(3) == ()
        assert engine.n_kept(3) == 0


# --- on disk ----------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1), st.binary())
def test_what_is_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, tokens: list[int], state: bytes
) -> None:
    kept = KeptPrefix(tmp_path_factory.mktemp("kept"), IDENTITY)
    assert kept.save(tokens, state)
    assert kept.load() == (tuple(tokens), state)


def test_a_byte_that_is_wrong_anywhere_makes_it_no_file(tmp_path: Path) -> None:
    kept = KeptPrefix(tmp_path, IDENTITY)
    kept.save(TOKENS, b"state")
    good = file_in(tmp_path).read_bytes()
    for at in range(len(good)):
        file_in(tmp_path).write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert kept.load() is None
    for n in range(len(good)):
        file_in(tmp_path).write_bytes(good[:n])
        assert kept.load() is None
    file_in(tmp_path).write_bytes(good + b"\x00")
    assert kept.load() is None
    assert kept.save(TOKENS, b"state") and kept.load() == (TOKENS, b"state")


def test_huge_numbers_in_a_header_do_no_harm(tmp_path: Path) -> None:
    kept = KeptPrefix(tmp_path, IDENTITY)
    kept.save(TOKENS, STATE)
    head = struct.pack("<8s32sQQ32s", b"PennaKV\x01", IDENTITY, 2**63, 2**63, b"")
    file_in(tmp_path).write_bytes(head)
    assert kept.load() is None


def test_another_identitys_file_is_not_ours_even_under_our_name(tmp_path: Path) -> None:
    other = KeptPrefix(tmp_path, digest("another model"))
    other.save(TOKENS, STATE)
    theirs = file_in(tmp_path)
    kept = KeptPrefix(tmp_path, IDENTITY)
    assert kept.load() is None
    theirs.rename(tmp_path / f"{IDENTITY.hex()[:32]}.kv")
    assert kept.load() is None


def test_what_is_too_large_is_neither_written_nor_read(tmp_path: Path) -> None:
    assert not KeptPrefix(tmp_path, IDENTITY, n_most=100).save(TOKENS, STATE)
    assert list(tmp_path.iterdir()) == []
    KeptPrefix(tmp_path, IDENTITY).save(TOKENS, STATE)
    assert KeptPrefix(tmp_path, IDENTITY, n_most=100).load() is None


def test_it_is_for_its_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    KeptPrefix(folder, IDENTITY).save(TOKENS, STATE)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file_in(folder).stat().st_mode) == 0o600


def test_a_symlink_is_neither_read_nor_written_through(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "kept", tmp_path / "elsewhere"
    kept = KeptPrefix(folder, IDENTITY)
    kept.save(TOKENS, STATE)
    file = file_in(folder)
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    assert kept.load() is None
    assert kept.save((1,), b"new")
    assert elsewhere.read_bytes() == before and not file.is_symlink()


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    kept = KeptPrefix(tmp_path, IDENTITY)
    os.mkfifo(tmp_path / f"{IDENTITY.hex()[:32]}.kv")
    assert kept.load() is None


def test_a_folder_that_leads_elsewhere_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "kept").symlink_to(tmp_path / "elsewhere")
    assert not KeptPrefix(tmp_path / "kept", IDENTITY).save(TOKENS, STATE)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_sentence_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    kept = KeptPrefix(tmp_path / "file" / "kept", IDENTITY)
    assert not kept.save(TOKENS, STATE) and not kept.save(TOKENS, STATE)
    assert kept.load() is None
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("The system prompt is read anew at each start: ")


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    """A process that may write files of 4 KB at most."""
    kept = KeptPrefix(tmp_path, IDENTITY)
    kept.save(TOKENS, b"old")
    script = (
        "import signal, sys; from pathlib import Path\n"
        "from lsp_server.host.kept_prefix import KeptPrefix\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "kept = KeptPrefix(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))\n"
        "sys.exit(kept.save((1, 2), bytes(100_000)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), IDENTITY.hex()],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and os.strerror(errno.EFBIG) in done.stderr
    assert [path.suffix for path in tmp_path.iterdir()] == [".kv"]
    assert kept.load() == (TOKENS, b"old")


def test_what_a_dead_process_left_half_written_is_removed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    half = tmp_path / f".x.kv.{dead.pid}.new"
    living = tmp_path / f".x.kv.{os.getppid()}.new"
    for file in (half, living):
        file.touch()
    KeptPrefix(tmp_path, IDENTITY).save(TOKENS, STATE)
    assert living.exists() and not half.exists()


def test_only_the_last_used_models_are_kept(tmp_path: Path) -> None:
    kept = [KeptPrefix(tmp_path, digest(n)) for n in range(N_FILES + 1)]
    for n, each in enumerate(kept[:N_FILES]):
        each.save((n,), STATE)
        os.utime(next(tmp_path.glob(f"{digest(n).hex()[:32]}*")), (n, n))
    assert kept[0].load() is not None, "which counts as use"
    kept[N_FILES].save((N_FILES,), STATE)
    assert [each.load() is not None for each in kept] == [True, False, True, True, True]


def test_a_file_of_somebody_elses_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptPrefix(tmp_path, IDENTITY)
    kept.save(TOKENS, STATE)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert kept.load() is None
    with pytest.raises(PermissionError):
        private_files.write(tmp_path / "x", [b""])


def test_an_identity_differs_in_any_part() -> None:
    assert len({digest("a", "b"), digest("ab"), digest("a", "c"), digest("b", "a")}) == 4
    assert len(digest()) == hashlib.blake2b(digest_size=32).digest_size
