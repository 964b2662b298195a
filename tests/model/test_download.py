"""Pulling a model from a hub on this machine, over a real connection that may be cut."""

import dataclasses
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server.errors import DownloadFailed
from lsp_server.host.scripted import make_gguf
from lsp_server.model import catalogue, download
from lsp_server.model.catalogue import Entry
from lsp_server.model.download import look_up, n_fetched, part_path, pull
from tests.model.hub_server import Hub, serving

ENTRY = catalogue.entry("qwen3-0.6b")


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_gguf(tmp_path_factory.mktemp("gguf") / "m.gguf", {"": "hello"}).read_bytes()


@pytest.fixture
def hub(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with serving(Hub(ENTRY.repository, ENTRY.file, content)) as hub:
        yield hub


def fetch(hub: Hub, folder: Path, entry: Entry = ENTRY) -> Path:
    return pull(entry, look_up(entry, hub.url), folder, lambda *_: None)


def test_a_model_is_fetched_verified_and_named(hub: Hub, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    remote = look_up(ENTRY, hub.url)
    path = pull(ENTRY, remote, tmp_path, lambda *what: seen.append(what))
    assert path == tmp_path / ENTRY.file
    assert path.read_bytes() == hub.content
    assert not list(tmp_path.glob("*.part"))
    size = len(hub.content)
    assert {stage for stage, _, _ in seen} == {"downloading", "verifying"}
    assert seen[-1] == ("verifying", size, size)
    assert ("downloading", size, size) in seen


def test_a_model_that_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    fetch(hub, tmp_path)
    fetch(hub, tmp_path)
    assert len(hub.ranges) == 1


def test_a_redirect_to_the_storage_is_followed(hub: Hub, tmp_path: Path) -> None:
    hub.redirects = True
    assert fetch(hub, tmp_path).read_bytes() == hub.content


def test_a_connection_that_is_cut_is_gone_on_with(hub: Hub, tmp_path: Path) -> None:
    hub.cuts = [100_000]
    assert fetch(hub, tmp_path).read_bytes() == hub.content
    assert hub.ranges == ["", "bytes=100000-"]


def test_what_has_come_is_kept_and_gone_on_with_the_next_time(hub: Hub, tmp_path: Path) -> None:
    hub.cuts, hub.fails = [100_000], 500
    with pytest.raises(DownloadFailed, match=r"answered 500; run .* to go on where it stopped"):
        fetch(hub, tmp_path)
    assert n_fetched(ENTRY, look_up(ENTRY, hub.url), tmp_path) == 100_000
    hub.fails = 0
    assert fetch(hub, tmp_path).read_bytes() == hub.content
    assert hub.ranges[-1] == "bytes=100000-"


def test_being_interrupted_keeps_what_has_come(hub: Hub, tmp_path: Path) -> None:
    def interrupt(_stage: str, _n_bytes: int, _size: int) -> None:
        raise KeyboardInterrupt

    remote = look_up(ENTRY, hub.url)
    with pytest.raises(KeyboardInterrupt):
        pull(ENTRY, remote, tmp_path, interrupt)
    assert n_fetched(ENTRY, remote, tmp_path) > 0
    assert not (tmp_path / ENTRY.file).exists()
    assert fetch(hub, tmp_path).read_bytes() == hub.content


def test_another_version_of_the_file_is_begun_anew(hub: Hub, tmp_path: Path) -> None:
    old = dataclasses.replace(look_up(ENTRY, hub.url), sha256="0" * 64)
    part_path(ENTRY, old, tmp_path).write_bytes(b"old")
    assert fetch(hub, tmp_path).read_bytes() == hub.content


def test_a_part_that_is_too_long_is_begun_anew(hub: Hub, tmp_path: Path) -> None:
    part_path(ENTRY, look_up(ENTRY, hub.url), tmp_path).write_bytes(hub.content + b"more")
    assert fetch(hub, tmp_path).read_bytes() == hub.content


def test_a_wrong_checksum_is_told_and_the_file_removed(hub: Hub, tmp_path: Path) -> None:
    hub.sha256 = "f" * 64
    with pytest.raises(DownloadFailed, match="its checksum differs"):
        fetch(hub, tmp_path)
    assert not list(tmp_path.glob("*.gguf*"))


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    with serving(Hub(ENTRY.repository, ENTRY.file, b"<html>Welcome")) as hub:
        with pytest.raises(DownloadFailed, match="not a GGUF file"):
            fetch(hub, tmp_path)
        assert not (tmp_path / ENTRY.file).exists()


def test_too_little_disk_is_told_before_anything_is_fetched(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_SPARE", shutil.disk_usage(tmp_path).total * 2)
    with pytest.raises(DownloadFailed, match=r"on the disk and .* are free in"):
        fetch(hub, tmp_path)
    assert hub.ranges == []


def test_two_pulls_of_one_model_do_not_meet(hub: Hub, tmp_path: Path) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def wait(_stage: str, _n_bytes: int, _size: int) -> None:
        inside.set()
        go_on.wait(10)

    remote = look_up(ENTRY, hub.url)
    thread = threading.Thread(target=pull, args=(ENTRY, remote, tmp_path, wait))
    thread.start()
    assert inside.wait(10)
    with pytest.raises(DownloadFailed, match="being pulled already"):
        fetch(hub, tmp_path)
    go_on.set()
    thread.join()
    assert (tmp_path / ENTRY.file).read_bytes() == hub.content


def test_a_hub_that_cuts_every_connection_is_given_up(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_TRIES", 1)
    hub.cuts = [1000, 0, 0, 0]
    with pytest.raises(DownloadFailed, match=r"cannot be reached .* go on where it stopped"):
        fetch(hub, tmp_path)
    assert hub.ranges == ["", "bytes=1000-"]


def test_a_model_that_the_hub_does_not_have_is_told(hub: Hub) -> None:
    gone = dataclasses.replace(ENTRY, repository="nobody/nothing")
    with pytest.raises(DownloadFailed, match="has no nobody/nothing"):
        look_up(gone, hub.url)


def test_a_model_behind_an_agreement_is_told(hub: Hub) -> None:
    hub.head_status, hub.head_more = 403, {"X-Error-Code": "GatedRepo"}
    with pytest.raises(DownloadFailed, match="agree to the terms"):
        look_up(ENTRY, hub.url)


def test_a_hub_that_cannot_be_reached_is_told(hub: Hub) -> None:
    with pytest.raises(DownloadFailed, match="cannot be reached"):
        look_up(ENTRY, "http://127.0.0.1:1")


def test_a_file_without_a_checksum_is_refused(hub: Hub) -> None:
    hub.sha256 = "abc"
    with pytest.raises(DownloadFailed, match="no size and checksum"):
        look_up(ENTRY, hub.url)


def test_only_a_token_given_for_this_is_sent(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    look_up(ENTRY, hub.url)
    monkeypatch.setenv("HF_TOKEN", "hf_sesame")
    look_up(ENTRY, hub.url)
    assert hub.tokens == ["", "Bearer hf_sesame"]
