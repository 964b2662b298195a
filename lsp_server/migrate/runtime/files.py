"""Files as answers: conditional, in ranges, never from outside their folder."""

from __future__ import annotations

import os
from typing import IO, Any

from werkzeug.utils import send_file as werkzeug_send_file
from werkzeug.utils import send_from_directory as werkzeug_send_from_directory
from werkzeug.wrappers import Response as WerkzeugResponse

from lsp_server.migrate.runtime.context import current_app, request


def send_file(
    path_or_file: os.PathLike[str] | str | IO[bytes],
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str | None = None,
    **kwargs: Any,
) -> WerkzeugResponse:
    """A file, by its path or opened. Never pass a path that a client named.

    Outgrow it: `fastapi.responses.FileResponse`, whose paths are relative to the working directory.
    """
    named = {
        "mimetype": mimetype,
        "as_attachment": as_attachment,
        "download_name": download_name,
    }
    return werkzeug_send_file(path_or_file, **named, **_file_settings(kwargs))  # type: ignore[arg-type]


def send_from_directory(
    directory: os.PathLike[str] | str, path: os.PathLike[str] | str, **kwargs: Any
) -> WerkzeugResponse:
    """A file that a client named, if it is within the folder; else 404."""
    return werkzeug_send_from_directory(directory, path, **_file_settings(kwargs))


def _file_settings(kwargs: dict[str, Any]) -> dict[str, Any]:
    if kwargs.get("max_age") is None:
        kwargs["max_age"] = current_app.get_send_file_max_age
    return {
        **kwargs,
        "environ": request.environ,
        "use_x_sendfile": current_app.config["USE_X_SENDFILE"],
        "response_class": current_app.response_class,
        "_root_path": current_app.root_path,
    }
