"""A program in the host's place: real processes, sockets and HTTP, no model.

`python fake_host.py STARTS BEHAVIOUR --socket PATH ...` writes its process id into the file STARTS
and behaves as told. Only the standard library, so that it starts at once.
"""

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer

VERSION = os.environ.get("FAKE_VERSION", "")


class Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    behaviour = "serve"
    n_health = 0
    n_starts = 1


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.n_health += 1
        match self.server.behaviour:
            case "loads slowly" if self.server.n_health < 4:
                self.answer(503, {"status": "loading model"})
            case "hangs":
                time.sleep(60)
            case "fails to load":
                self.answer(500, {"status": "error", "message": "The weights are odd."})
            case "aborts while loading":
                self.answer(503, {"status": "loading model"})
                if self.server.n_health > 2:
                    print("GGML_ASSERT(odd) failed", file=sys.stderr, flush=True)
                    os.kill(os.getpid(), signal.SIGABRT)
            case "is killed while loading":
                self.answer(503, {"status": "loading model"})
                if self.server.n_health > 2:
                    os.kill(os.getpid(), signal.SIGKILL)
            case _:
                version = "0.0.0" if self.is_old() else VERSION
                pid = os.getpid()
                self.answer(200, {"status": "ok", "version": version, "pid": pid, "n_ctx": 4096})

    def is_old(self) -> bool:
        return self.server.behaviour == "is old" and self.server.n_starts == 1

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        if self.server.behaviour == "leaves at first" and self.server.n_starts == 1:
            os._exit(0)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.event({"choices": [{"delta": {"content": "hello"}}]})
        if self.server.behaviour == "dies in a reply":
            os.kill(os.getpid(), signal.SIGKILL)
        self.event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        self.wfile.write(b"0\r\n\r\n")

    def event(self, body: object) -> None:
        data = b"data: " + json.dumps(body).encode() + b"\n\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def answer(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass

    def address_string(self) -> str:
        return "socket"


def main(starts: Path, behaviour: str, socket: Path) -> None:
    with starts.open("a") as file:
        file.write(f"{os.getpid()}\n")
    if behaviour == "does not start":
        sys.exit("ImportError: no such library")
    if behaviour == "starts slowly":
        time.sleep(0.3)
    socket.unlink(missing_ok=True)
    with Server(str(socket), Handler) as server:
        server.behaviour = behaviour
        server.n_starts = len(starts.read_text().splitlines())
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        server.serve_forever(0.01)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[sys.argv.index("--socket") + 1]))
