"""The base of all schemas."""

from __future__ import annotations

from typing import Any

import marshmallow

from lsp_server.migrate.runtime.json import jsonify
from lsp_server.migrate.runtime.response import Response


class MarshmallowSchema(marshmallow.Schema):
    """marshmallow's schema, which can answer JSON."""

    def jsonify(self, obj: Any, many: bool | None = None, *args: Any, **kwargs: Any) -> Response:
        """A JSON response with the dumped object."""
        data = self.dump(obj, many=self.many if many is None else many)
        return jsonify(data, *args, **kwargs)
