"""Trust is the user's own answer, and nothing in a workspace can give it."""

from pathlib import Path

import pytest

from lsp_server.trust import TrustStore


@pytest.fixture
def store(tmp_path: Path) -> TrustStore:
    return TrustStore(tmp_path / "data")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "projekt 漢字"
    folder.mkdir()
    return folder


def test_nothing_is_trusted_before_the_user_says_so(store: TrustStore, workspace: Path) -> None:
    assert not store.is_trusted(workspace)


def test_a_trusted_workspace_stays_trusted(store: TrustStore, workspace: Path) -> None:
    store.trust(workspace)
    assert TrustStore(store.folder).is_trusted(workspace)


def test_what_lies_in_a_trusted_workspace_is_trusted_and_what_is_around_it_is_not(
    store: TrustStore, workspace: Path
) -> None:
    store.trust(workspace)
    assert store.is_trusted(workspace / "src")
    assert not store.is_trusted(workspace.parent)
    assert not store.is_trusted(workspace.with_name(workspace.name + "-2"))


def test_a_link_to_a_trusted_workspace_is_that_workspace(
    store: TrustStore, workspace: Path, tmp_path: Path
) -> None:
    store.trust(workspace)
    (tmp_path / "link").symlink_to(workspace)
    assert store.is_trusted(tmp_path / "link")


def test_a_link_inside_a_trusted_workspace_that_leads_out_is_not_trusted(
    store: TrustStore, workspace: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (workspace / "link").symlink_to(tmp_path / "elsewhere")
    store.trust(workspace)
    assert not store.is_trusted(workspace / "link")


def test_a_data_folder_inside_the_workspace_grants_nothing(workspace: Path) -> None:
    store = TrustStore(workspace / ".data")
    store.trust(workspace)
    assert not store.is_trusted(workspace)


def test_trust_can_be_taken_back(store: TrustStore, workspace: Path, tmp_path: Path) -> None:
    store.trust(workspace / "part")
    store.trust(tmp_path / "other")
    store.forget(workspace)
    assert store.folders() == {tmp_path / "other"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"trusted": 7}', '{"trusted": [3, "relative"]}'])
def test_a_broken_file_trusts_nothing_and_is_written_anew(
    store: TrustStore, workspace: Path, text: str
) -> None:
    store.folder.mkdir()
    (store.folder / "trusted.json").write_text(text, "utf-8")
    assert not store.is_trusted(workspace)
    store.trust(workspace)
    assert store.is_trusted(workspace)
