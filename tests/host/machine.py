"""A machine that is made of files: what Linux says of its processors and its groups."""

from pathlib import Path

from lsp_server.host.cores import Cores, cores


class Machine:
    """A tree of the files that Linux has for its processors and its groups."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", "ascii")

    def processors(self, *siblings: str, speeds: dict[str, list[int]] | None = None) -> None:
        """One for each text, which is the list of those that share its core."""
        for n, text in enumerate(siblings):
            self.write(f"sys/devices/system/cpu/cpu{n}/topology/thread_siblings_list", text)
        for file, values in (speeds or {}).items():
            for n, value in enumerate(values):
                self.write(f"sys/devices/system/cpu/cpu{n}/{file}", str(value))

    def cores(self, *allowed: int) -> Cores:
        return cores(self.root, set(allowed) or set(range(64)))
