"""Installs what the tests in `tests/peers` talk to and pip cannot bring: npm's `smpp`, into their own folder.

Run from the project's folder: `python -m tools.peers`.
"""

import hashlib
import os
import subprocess
import sys

from hatch_build import ROOT, find_node

FOLDER = ROOT / "tests" / "peers" / "node"
STAMP = FOLDER / "node_modules" / ".lock"


def main() -> None:
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == lock:
        sys.stdout.write("The peers are here.\n")
        return
    node, npm = find_node()
    environment = {**os.environ, "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}
    subprocess.run([node, npm, "ci", "--ignore-scripts"], cwd=FOLDER, env=environment, check=True)
    STAMP.write_text(lock)


if __name__ == "__main__":
    main()
