"""How soon `penna lsp` answers `initialize`, from the start of its process.

Ten starts after one that warms the disk's cache. The client is a pipe and a clock.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.lsp.server_process import isolated, recorded

STARTS = 10
LIMIT_MS = 400


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="penna-") as folder:
        environment = isolated(Path(folder))
        times = [started(environment) * 1000 for _ in range(STARTS + 1)][1:]
    print(f"initialize answered after {median(times):.0f} ms (median of {STARTS}), "
          f"{min(times):.0f} to {max(times):.0f} ms; the limit is {LIMIT_MS} ms")  # fmt: skip


def started(environment: dict[str, str]) -> float:
    """Seconds from the start of the process to the whole answer."""
    params = {**recorded("vscode"), "processId": None, "rootUri": None}
    request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    body = json.dumps(request).encode()
    command = [sys.executable, "-m", "lsp_server", "lsp"]
    began = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        process.stdin.flush()
        length = int(process.stdout.readline().removeprefix(b"Content-Length: "))
        while process.stdout.readline().strip():
            pass
        answer = json.loads(process.stdout.read(length))
        took = time.perf_counter() - began
        process.kill()
    assert answer["result"]["serverInfo"]["name"] == "penna"
    return took


if __name__ == "__main__":
    main()
