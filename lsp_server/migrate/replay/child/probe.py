"""Says which modules an interpreter has, without importing them.

python probe.py MODULE...   ->   {"version": [3, 11], "missing": ["fastapi"]}
"""

import importlib.util
import json
import sys


def is_missing(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is None
    except (ImportError, ValueError):
        return True


if __name__ == "__main__":
    missing = [name for name in sys.argv[1:] if is_missing(name)]
    print(json.dumps({"version": list(sys.version_info[:2]), "missing": missing}))
