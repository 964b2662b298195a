"""llama.cpp: one model, one context, and the only package that imports `llama_cpp`.

`context.py` computes, `loading.py` reads the file, `vocabulary.py` knows the tokens and
`sampler.py` picks them. Deliberately absent: requests, threads and any notion of who asks
(`scheduler.py`), so that a batch may hold rows of many sequences.
"""

from lsp_server.host.engine.context import Decoded, Engine, Row
from lsp_server.host.engine.loading import Shape
from lsp_server.host.engine.sampler import Sampler

__all__ = ["Decoded", "Engine", "Row", "Sampler", "Shape"]
