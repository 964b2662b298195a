"""The supervisor with hosts that start, load, hang, crash and die: real processes."""

import asyncio
import os
import signal
import stat
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import numpy
import psutil
import pytest
from gguf import GGUFWriter

from lsp_server import __version__
from lsp_server.errors import HostFailed, ModelUnusable, PromptTooLong
from lsp_server.host.scripted import make_gguf
from lsp_server.model.host_process import HostOptions, log_path
from lsp_server.model.protocol import Chunk, Ended, Event, Starting
from lsp_server.model.runtime_folder import runtime_folder
from lsp_server.model.supervised import SupervisedModel
from lsp_server.model.supervisor import Supervisor
from lsp_server.prompt import Prompt, Sampling

FAKE = Path(__file__).with_name("fake_host.py")

Make = Callable[[str], SupervisedModel]


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_gguf(tmp_path_factory.mktemp("gguf") / "scripted.gguf", {"": ["hello ", "天\r\n"]})


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("FAKE_VERSION", __version__)
    with tempfile.TemporaryDirectory(prefix="p") as short:
        monkeypatch.setenv("XDG_RUNTIME_DIR", short)
        yield


@pytest.fixture
async def make(tmp_path: Path, gguf: Path) -> AsyncIterator[Make]:
    made: list[SupervisedModel] = []

    def model(behaviour: str) -> SupervisedModel:
        made.append(SupervisedModel(options(gguf, tmp_path, behaviour)))
        return made[-1]

    yield model
    for each in made:
        await each.end()


def options(gguf: Path, tmp_path: Path, behaviour: str) -> HostOptions:
    command = (sys.executable, "-S", str(FAKE), str(tmp_path / "starts"), behaviour)
    return HostOptions(gguf, command=command)


def started(tmp_path: Path) -> list[int]:
    """The process ids of all hosts that were started."""
    return [int(line) for line in (tmp_path / "starts").read_text().splitlines()]


async def ask(model: SupervisedModel) -> list[Event]:
    return [event async for event in model.reply(Prompt("", "hi"), Sampling())]


def texts(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Chunk))


async def test_the_host_is_started_for_the_first_reply_and_kept(make: Make, tmp_path: Path) -> None:
    model = make("serve")
    first, second = await ask(model), await ask(model)
    assert first[0] == Starting()
    assert Starting() not in second
    assert texts(first) == texts(second) == "hello"
    assert len(started(tmp_path)) == 1
    assert model.n_ctx == 4096


async def test_two_servers_that_start_at_once_start_one_host(make: Make, tmp_path: Path) -> None:
    models = [make("starts slowly") for _ in range(4)]
    replies = await asyncio.gather(*(ask(model) for model in models))
    assert [texts(reply) for reply in replies] == ["hello"] * 4
    assert len(started(tmp_path)) == 1


async def test_loading_is_waited_for(make: Make, tmp_path: Path) -> None:
    assert texts(await ask(make("loads slowly"))) == "hello"
    assert len(started(tmp_path)) == 1


async def test_the_reason_why_loading_failed_is_told(make: Make) -> None:
    with pytest.raises(ModelUnusable, match="The weights are odd"):
        await ask(make("fails to load"))


async def test_an_abort_while_loading_is_told_with_the_logs_last_line(make: Make) -> None:
    with pytest.raises(ModelUnusable, match=r"could not be loaded: GGML_ASSERT.*penna model use"):
        await ask(make("aborts while loading"))


async def test_without_a_place_for_a_log_the_host_serves_and_it_is_told(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("a file where the folder would be")
    assert texts(await ask(make("serve"))) == "hello"
    assert "runs without a log" in caplog.text


async def test_without_a_log_a_failure_names_none(make: Make, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder would be")
    with pytest.raises(ModelUnusable, match="could not be loaded; choose another"):
        await ask(make("does not start"))


async def test_being_killed_while_loading_is_told_as_want_of_memory(
    make: Make, tmp_path: Path
) -> None:
    with pytest.raises(HostFailed, match="want of memory"):
        await ask(make("is killed while loading"))
    assert len(started(tmp_path)) == 1


async def test_a_host_that_does_not_start_is_told_with_its_last_words(make: Make) -> None:
    with pytest.raises(ModelUnusable, match="no such library"):
        await ask(make("does not start"))


async def test_after_three_crashes_in_five_minutes_there_is_no_fourth(
    make: Make, tmp_path: Path
) -> None:
    model = make("does not start")
    for _ in range(3):
        with pytest.raises(ModelUnusable):
            await ask(model)
    with pytest.raises(HostFailed, match=r"crashed 3 times in 5 minutes; look at .*\.log"):
        await ask(model)
    assert len(started(tmp_path)) == 3


async def test_old_crashes_are_forgotten(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lsp_server.model.supervisor.CRASH_SECONDS", 0.0)
    model = make("does not start")
    for _ in range(4):
        with pytest.raises(ModelUnusable):
            await ask(model)
    assert len(started(tmp_path)) == 4


async def test_a_host_killed_in_mid_reply_is_a_failure_and_the_next_reply_has_a_new_host(
    make: Make, tmp_path: Path
) -> None:
    model = make("dies in a reply")
    for _ in range(2):
        events = model.reply(Prompt("", "hi"), Sampling())
        seen = [await anext(events), await anext(events)]
        assert seen == [Starting(), Chunk("hello", 1)]
        with pytest.raises(HostFailed, match="broke in the middle of the reply"):
            await anext(events)
    assert len(started(tmp_path)) == 2


async def test_a_host_that_leaves_when_it_is_asked_is_started_again(
    make: Make, tmp_path: Path
) -> None:
    assert texts(await ask(make("leaves at first"))) == "hello"
    assert len(started(tmp_path)) == 2


async def test_a_host_that_left_between_two_replies_is_started_again(
    make: Make, tmp_path: Path
) -> None:
    model = make("serve")
    await ask(model)
    process = psutil.Process(started(tmp_path)[0])
    process.terminate()
    await asyncio.to_thread(process.wait, 5)
    second = await ask(model)
    assert second[0] == Starting()
    assert isinstance(second[-1], Ended)


async def test_an_update_under_a_running_server_is_told(make: Make, tmp_path: Path) -> None:
    with pytest.raises(HostFailed, match=r"updated to 0\.0\.0 .* restart it"):
        await ask(make("is old"))
    assert len(started(tmp_path)) == 1


async def test_a_host_of_another_version_is_ended_and_ours_started(
    make: Make, tmp_path: Path
) -> None:
    with pytest.raises(HostFailed):
        await ask(make("is old"))
    assert texts(await ask(make("is old"))) == "hello"
    old, new = started(tmp_path)
    assert psutil.pid_exists(new)
    assert not psutil.pid_exists(old) or psutil.Process(old).status() == psutil.STATUS_ZOMBIE


async def test_a_host_that_hangs_is_told(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lsp_server.model.supervisor.HUNG_SECONDS", 0.2)
    monkeypatch.setattr("lsp_server.model.health.ANSWER_SECONDS", 0.05)
    with pytest.raises(HostFailed, match=r"hangs; end the process \d+"):
        await ask(make("hangs"))
    os.kill(started(tmp_path)[0], signal.SIGKILL)


async def test_a_server_that_is_cancelled_while_it_waits_leaves_no_lock(
    make: Make, tmp_path: Path
) -> None:
    waiting = asyncio.create_task(ask(make("starts slowly")))
    while not (tmp_path / "starts").exists():
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert texts(await ask(make("serve"))) == "hello"


async def test_a_broken_file_is_refused_before_any_host_starts(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF\3\0\0\0")
    with pytest.raises(ModelUnusable, match="cut off"):
        await ask(SupervisedModel(options(broken, tmp_path, "serve")))
    assert not (tmp_path / "starts").exists()


async def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="choose a model again"):
        await ask(SupervisedModel(options(tmp_path / "gone.gguf", tmp_path, "serve")))


async def test_a_large_log_is_put_aside_at_the_start(
    make: Make, tmp_path: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lsp_server.model.host_process.MAX_LOG", 10)
    log = log_path(options(gguf, tmp_path, "serve").id)
    log.parent.mkdir(parents=True)
    log.write_text("a long story\n")
    await ask(make("serve"))
    assert log.read_text() == ""
    assert log.with_suffix(".log.1").read_text() == "a long story\n"


def test_a_replaced_file_is_another_model(tmp_path: Path) -> None:
    file = tmp_path / "m.gguf"
    file.write_bytes(b"a")
    before = HostOptions(file).id
    file.write_bytes(b"ab")
    assert HostOptions(file).id != before
    assert HostOptions(file, n_ctx=1).id != HostOptions(file).id
    assert HostOptions(file, idle_minutes=1).id == HostOptions(file).id


def test_the_runtime_folder_is_for_its_user_alone() -> None:
    folder = runtime_folder()
    assert folder.parent == Path(os.environ["XDG_RUNTIME_DIR"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_others_can_enter_is_passed_over() -> None:
    open_to_all = Path(os.environ["XDG_RUNTIME_DIR"]) / "penna"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    assert runtime_folder() != open_to_all


def test_a_folder_with_too_long_a_path_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    assert len(os.fsencode(runtime_folder() / f"{'0' * 16}.sock")) <= 103


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[SupervisedModel]:
    scripts = {"long": ["天 \r\n", *(f"line {number}\n" for number in range(5_000))], "": "hello"}
    path = make_gguf(tmp_path / "scripted.gguf", scripts)
    model = SupervisedModel(HostOptions(path, n_ctx=32_768))
    yield model
    await model.end()


def test_no_folder_at_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lsp_server.model.runtime_folder.MAX_SOCKET_PATH", 5)
    with pytest.raises(HostFailed, match="set XDG_RUNTIME_DIR"):
        runtime_folder()


async def test_the_real_host_answers_and_tells_what_it_did(real: SupervisedModel) -> None:
    first, second = await ask(real), await ask(real)
    assert first[0] == Starting()
    assert texts(first) == texts(second) == "hello"
    end = second[-1]
    assert isinstance(end, Ended)
    assert end.reason == "stop"
    assert end.n_prompt > end.n_reused > 0
    assert end.n_reply > 0
    assert end.decode_rate > 0


async def test_the_real_host_killed_in_mid_reply_is_started_again(
    real: SupervisedModel, tmp_path: Path
) -> None:
    await ask(real)
    options = HostOptions(tmp_path / "scripted.gguf", n_ctx=32_768)
    host = psutil.Process((await Supervisor(options).ready()).pid)
    with pytest.raises(HostFailed, match="broke in the middle of the reply"):
        async for event in real.reply(Prompt("", "long"), Sampling()):
            if isinstance(event, Chunk) and host.is_running():
                os.kill(host.pid, signal.SIGKILL)
                await asyncio.to_thread(host.wait, 5)
    again = await ask(real)
    assert again[0] == Starting()
    assert texts(again) == "hello"


async def test_the_real_host_tells_that_a_prompt_is_too_long(real: SupervisedModel) -> None:
    with pytest.raises(PromptTooLong, match=r"40,\d{3} tokens and the model's window 32,768"):
        async for _ in real.reply(Prompt("", "x" * 40_000), Sampling()):
            pass


async def test_closing_a_reply_leaves_the_real_host_free_for_the_next(
    real: SupervisedModel,
) -> None:
    events = real.reply(Prompt("", "long"), Sampling())
    async for event in events:
        if isinstance(event, Chunk):
            break
    await events.aclose()
    assert texts(await asyncio.wait_for(ask(real), 10)) == "hello"


async def test_a_file_that_only_llama_cpp_finds_wrong_is_told_in_its_words(tmp_path: Path) -> None:
    writer = GGUFWriter(tmp_path / "odd.gguf", "qwen3")
    writer.add_block_count(1)
    writer.add_tensor("output.weight", numpy.zeros((32, 32), numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    model = SupervisedModel(HostOptions(tmp_path / "odd.gguf"))
    with pytest.raises(ModelUnusable, match=r"cannot load odd\.gguf .*key not found"):
        await ask(model)
    await model.end()
