"""Upload fields and their validators, as Flask-WTF's: data are Werkzeug's FileStorage objects."""

from __future__ import annotations

from collections.abc import Iterable
from io import SEEK_END, BytesIO
from typing import Any

import wtforms
from werkzeug.datastructures import FileStorage
from wtforms.validators import DataRequired, StopValidation


class FileField(wtforms.FileField):
    """One upload; `data` is None if no file was chosen."""

    def process_formdata(self, valuelist: Iterable[Any]) -> None:
        uploads = _chosen_uploads(valuelist)
        if uploads:
            self.data = uploads[0]
        else:
            self.raw_data = ()


class MultipleFileField(wtforms.MultipleFileField):
    """Several uploads; `data` is a list."""

    def process_formdata(self, valuelist: Iterable[Any]) -> None:
        uploads = _chosen_uploads(valuelist)
        if uploads:
            self.data = uploads
        else:
            self.raw_data = ()


def _chosen_uploads(values: Iterable[Any]) -> list[FileStorage]:
    # A browser sends an empty upload, which is false, for a field without a choice.
    return [value for value in values if isinstance(value, FileStorage) and value]


def _uploads_of(field: Any) -> list[FileStorage]:
    """A field's uploads; none if one of them was not chosen."""
    data = field.data if isinstance(field.data, list) else [field.data]
    return data if len(_chosen_uploads(data)) == len(data) else []


class FileRequired(DataRequired):
    """A file must be chosen."""

    def __call__(self, form: Any, field: Any) -> None:
        if not _uploads_of(field):
            raise StopValidation(self.message or field.gettext("This field is required."))


class FileAllowed:
    """The names must end in one of these extensions (or pass a Flask-Uploads set)."""

    def __init__(self, upload_set: Any, message: str | None = None) -> None:
        self.upload_set = upload_set
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        uploads = _uploads_of(field)
        for name in [(upload.filename or "").lower() for upload in uploads]:
            if not self._is_allowed(uploads, name):
                raise StopValidation(self.message or self._complaint(field))

    def _is_allowed(self, uploads: list[FileStorage], name: str) -> bool:
        if isinstance(self.upload_set, Iterable):
            return any(name.endswith(f".{extension}") for extension in self.upload_set)
        return bool(self.upload_set.file_allowed(uploads, name))

    def _complaint(self, field: Any) -> str:
        if not isinstance(self.upload_set, Iterable):
            return str(field.gettext("File does not have an approved extension."))
        text: str = field.gettext("File does not have an approved extension: {extensions}")
        return text.format(extensions=", ".join(self.upload_set))


class FileSize:
    """Every file must have a size between these, in bytes."""

    def __init__(self, max_size: int, min_size: int = 0, message: str | None = None) -> None:
        self.min_size = min_size
        self.max_size = max_size
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        for upload in _uploads_of(field):
            if not self.min_size <= _size_of_upload(upload) <= self.max_size:
                text = f"File must be between {self.min_size} and {self.max_size} bytes."
                raise wtforms.ValidationError(self.message or field.gettext(text))


def _size_of_upload(upload: FileStorage) -> int:
    if isinstance(upload.stream, BytesIO):
        return upload.stream.getbuffer().nbytes
    if not upload.seekable():
        raise TypeError(
            f"File stream {type(upload.stream).__name__} is not seekable. "
            "FileSize validator requires seekable streams."
        )
    size: int = upload.seek(0, SEEK_END)
    upload.seek(0)
    return size


file_required = FileRequired
file_allowed = FileAllowed
file_size = FileSize
