"""The mirror under every kind of change, against a client that splices its own text."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from lsp_server.lsp import convert
from lsp_server.lsp.documents import Documents
from lsp_server.text import Edit, Snapshot
from tests import naive

MANY = settings(max_examples=400, deadline=None, derandomize=True)
URI = "file:///a.py"


@dataclass
class Heard:
    """A follower that keeps what it hears."""

    edits: list[tuple[str, Edit, str]] = field(default_factory=list)
    batches: int = 0
    ends: int = 0

    def changed(self, before: Snapshot, edit: Edit, after: Snapshot) -> None:
        self.edits.append((before.text, edit, after.text))

    def batch_ended(self) -> None:
        self.batches += 1

    def closed(self) -> None:
        self.ends += 1


def opened(text: str, encoding: convert.Encoding = convert.Encoding.Utf16) -> Documents:
    documents = Documents()
    documents.encoding = encoding
    documents.opened(types.TextDocumentItem(URI, "python", 1, text))
    return documents


def whole(text: str) -> types.TextDocumentContentChangeEvent:
    return types.TextDocumentContentChangeWholeDocument(text)


def partial(
    start: tuple[int, int], end: tuple[int, int], text: str
) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(
        types.Range(types.Position(*start), types.Position(*end)), text
    )


def text_of(documents: Documents) -> str:
    snapshot = documents.get(URI)
    assert snapshot is not None
    return snapshot.text


@MANY
@given(
    naive.texts(30),
    st.sampled_from([convert.Encoding.Utf8, convert.Encoding.Utf16, convert.Encoding.Utf32]),
    st.data(),
)
def test_the_mirror_follows_any_changes(
    text: str, encoding: convert.Encoding, data: st.DataObject
) -> None:
    documents, heard = opened(text, encoding), Heard()
    assert documents.follow(URI, heard)
    places = st.tuples(st.integers(0, 6), st.integers(0, 20))
    for version in range(2, 2 + data.draw(st.integers(1, 4))):
        changes: list[types.TextDocumentContentChangeEvent] = []
        for _ in range(data.draw(st.integers(0, 3))):
            new = data.draw(naive.texts(8))
            if data.draw(st.booleans()):
                changes.append(whole(new))
                text = new
                continue
            ends = data.draw(places), data.draw(places)
            changes.append(partial(*ends, new))
            start, end = sorted(naive.offset(text, *place, encoding.value) for place in ends)
            text = naive.spliced(text, start, end, new)
        documents.changed(URI, version, changes)
        snapshot = documents.get(URI)
        assert snapshot is not None
        assert (snapshot.version, snapshot.text) == (version, text)
        assert list(snapshot.line_starts) == naive.line_starts(text)
    for before, edit, after in heard.edits:
        assert edit.apply(before) == after
    assert all(a[2] == b[0] for a, b in zip(heard.edits, heard.edits[1:], strict=False))


def test_a_change_below_a_form_feed_lands_on_its_line() -> None:
    documents = opened("a\fb\nc\x85d\u2028e\nf")
    documents.changed(URI, 2, [partial((2, 0), (2, 1), "X")])
    assert text_of(documents) == "a\fb\nc\x85d\u2028e\nX"


def test_a_column_past_an_unterminated_last_line_is_its_end() -> None:
    documents = opened("a\nbc")
    documents.changed(URI, 2, [partial((1, 99), (1, 99), "X")])
    assert text_of(documents) == "a\nbcX"


def test_a_change_of_a_document_that_is_not_open_is_ignored() -> None:
    documents = Documents()
    documents.changed(URI, 2, [whole("x")])
    assert documents.get(URI) is None
    assert not documents.follow(URI, Heard())


def test_a_snapshot_stays_as_it_was_taken() -> None:
    documents = opened("a")
    before = documents.get(URI)
    documents.changed(URI, 2, [whole("b")])
    assert before is not None and (before.version, before.text) == (1, "a")


def test_a_version_without_changes_counts() -> None:
    documents, heard = opened("a"), Heard()
    documents.follow(URI, heard)
    documents.changed(URI, 5, [])
    snapshot = documents.get(URI)
    assert snapshot is not None and (snapshot.version, snapshot.text) == (5, "a")
    assert (heard.edits, heard.batches) == ([], 1)


def test_a_batch_ends_once_for_all_its_changes() -> None:
    documents, heard = opened("a"), Heard()
    documents.follow(URI, heard)
    documents.changed(URI, 2, [partial((0, 0), (0, 0), "x"), partial((0, 2), (0, 2), "y")])
    assert [after for _, _, after in heard.edits] == ["xa", "xay"]
    assert heard.batches == 1


def test_closing_is_heard_once_and_opening_again_begins_anew() -> None:
    documents, heard = opened("a"), Heard()
    documents.follow(URI, heard)
    documents.closed(URI)
    documents.closed(URI)
    assert heard.ends == 1 and documents.get(URI) is None
    documents.opened(types.TextDocumentItem(URI, "python", 1, "b"))
    documents.changed(URI, 2, [whole("c")])
    assert heard.edits == []


def test_opening_twice_counts_as_a_close_between() -> None:
    documents, heard = opened("a"), Heard()
    documents.follow(URI, heard)
    documents.opened(types.TextDocumentItem(URI, "python", 9, "b"))
    assert heard.ends == 1 and text_of(documents) == "b"


def test_a_follower_that_has_left_hears_nothing() -> None:
    documents, heard = opened("a"), Heard()
    documents.follow(URI, heard)
    documents.unfollow(URI, heard)
    documents.unfollow(URI, heard)
    documents.changed(URI, 2, [whole("b")])
    assert heard.edits == [] and heard.batches == 0


def test_waiting_for_a_document_is_called_once_when_it_opens() -> None:
    documents, calls = Documents(), list[str]()
    documents.when_opened(URI, lambda: calls.append("opened"))
    documents.opened(types.TextDocumentItem(URI, "python", 1, ""))
    documents.opened(types.TextDocumentItem(URI, "python", 1, ""))
    assert calls == ["opened"]
