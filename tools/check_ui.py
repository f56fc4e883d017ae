"""The dashboard's own checks, a stage of `make test`: types, unit tests, API types that are current, and the budgets.

The budgets are promises about what a person on a slow line waits for. Everything is measured on the built files.
"""

import gzip
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hatch_build import UI, WEB, build_dashboard, find_node  # noqa: E402

KB: Final = 1_000
FIRST_LOAD_JS: Final = 60 * KB
ROUTE_JS: Final = 120 * KB
CSS: Final = 20 * KB
FONT: Final = 50 * KB
N_PACKAGES: Final = 8
SCHEMA: Final = UI / "src" / "lib" / "api" / "schema.d.ts"
_IMPORT: Final = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+\.js)["']""")
_STARTED: Final = re.compile(r'"/(_app/[^"]+)"')
_HREF: Final = re.compile(r'href="/([^"]+)"')


def main() -> int:
    node, _npm = find_node()
    failures = [
        *_run("svelte-check", [node, "node_modules/svelte-check/bin/svelte-check", *_CHECK]),
        *_run("vitest", [node, "node_modules/vitest/vitest.mjs", "run"]),
        *_stale_types(node),
        *_over_budget(),
    ]
    for failure in failures:
        sys.stdout.write(f"FAILED {failure}\n")
    return 1 if failures else 0


_CHECK: Final = ("--tsconfig", "./tsconfig.json", "--fail-on-warnings", "--output", "human")


def _run(name: str, command: list[Path | str]) -> Iterator[str]:
    told = subprocess.run([str(part) for part in command], cwd=UI, capture_output=True, text=True, check=False)
    if told.returncode:
        sys.stdout.write(told.stdout + told.stderr)
        yield f"{name}: exit code {told.returncode}"


def _stale_types(node: Path) -> Iterator[str]:
    """The client is typed by our OpenAPI: what is generated from the server now must be what is committed."""
    with tempfile.TemporaryDirectory() as folder:
        spec, types = Path(folder) / "openapi.json", Path(folder) / "schema.d.ts"
        with spec.open("w") as out:
            subprocess.run([sys.executable, "-m", "heliogram", "openapi"], stdout=out, cwd=ROOT, check=True)
        subprocess.run(
            [str(part) for part in types_command(node, spec, types)], cwd=UI, capture_output=True, check=True
        )
        made = types.read_text()
    if "--write" in sys.argv[1:]:
        SCHEMA.write_text(made)
    elif made != SCHEMA.read_text():
        yield f"{SCHEMA.relative_to(ROOT)} is not what the server says now: run “tools/check_ui.py --write”"


def types_command(node: Path, spec: Path, out: Path) -> list[Path | str]:
    # A default makes a field optional in a request; in an answer it is always there, which is the server's to say.
    return [node, "node_modules/openapi-typescript/bin/cli.js", spec, "--default-non-nullable=false", "-o", out]


def _over_budget() -> Iterator[str]:
    build_dashboard()
    first = _with_imports(_named_in(WEB / "index.html"))
    routes = {path: _zipped(first | _with_imports({path})) for path in sorted(WEB.glob("_app/immutable/nodes/*.js"))}
    heaviest = max(routes, key=lambda path: routes[path])
    packages = json.loads((UI / "package.json").read_text())["dependencies"]
    measured = (
        ("first-load JavaScript, gzip", _zipped(first), FIRST_LOAD_JS),
        (f"heaviest route, JavaScript, gzip ({heaviest.name.split('.')[0]})", routes[heaviest], ROUTE_JS),
        ("CSS, all of it, gzip", _zipped(set(WEB.glob("_app/immutable/assets/*.css"))), CSS),
        ("font", sum(path.stat().st_size for path in WEB.glob("_app/immutable/assets/*.woff2")), FONT),
        ("run-time npm packages", len(packages), N_PACKAGES),
    )
    for name, value, limit in measured:
        sys.stdout.write(f"{value:>9,} of {limit:>7,}  {name}\n")
        if value > limit:
            yield f"{name}: {value:,} is over the budget of {limit:,}"


def _named_in(page: Path) -> set[Path]:
    """The scripts a page asks for before anything is drawn: named in it, or in its start-up script."""
    html = page.read_text()
    scripts = [WEB / name for name in re.findall(r'<script[^>]*src="/([^"]+)"', html)]
    preloaded = [
        WEB / name for tag in re.findall(r"<link[^>]*modulepreload[^>]*>", html) for name in _HREF.findall(tag)
    ]
    started = [WEB / name for script in scripts for name in _STARTED.findall(script.read_text())]
    return {*scripts, *preloaded, *(path for path in started if path.suffix == ".js")}


def _with_imports(paths: set[Path]) -> set[Path]:
    """The files, and all they import, statically, down to the last."""
    found: set[Path] = set()
    ahead = list(paths)
    while ahead:
        path = ahead.pop().resolve()
        if path not in found and path.is_file():
            found.add(path)
            ahead += [path.parent / name for name in _static_imports(path.read_text())]
    return found


def _static_imports(script: str) -> list[str]:
    """`import("…")` is left out: what is imported when needed is not loaded at first."""
    return [match[1] for match in _IMPORT.finditer(script) if "import(" not in match[0].replace(" ", "")]


def _zipped(paths: set[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


if __name__ == "__main__":
    sys.exit(main())
