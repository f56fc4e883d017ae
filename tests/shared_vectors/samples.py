"""Small sets of our own in the form of the shared ones, for testing that a check notices what is wrong."""

import json
from pathlib import Path
from typing import Any

Sample = dict[str, Any]


def write(folder: Path, name: str, content: Sample) -> Path:
    """A folder of vectors with this one file in it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return folder
