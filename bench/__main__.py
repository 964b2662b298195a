"""Runs every module of this folder that has a `main`, or only those that are named."""

import importlib
import pkgutil
import sys
from pathlib import Path


def main() -> int:
    wanted = sys.argv[1:]
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("_") or (wanted and module.name not in wanted):
            continue
        run = getattr(importlib.import_module(f"bench.{module.name}"), "main", None)
        if run is not None:
            print(f"== {module.name}", flush=True)
            run()
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
