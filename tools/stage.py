"""Runs one stage of `make test` and notes its seconds; `--report` prints them all."""

import json
import subprocess
import sys
import time
from pathlib import Path

NOTES = Path("build/stages.json")


def main() -> int:
    if sys.argv[1:] == ["--report"]:
        return _report()
    name, *command = sys.argv[1:]
    sys.stdout.write(f"== {name}\n")
    sys.stdout.flush()
    began = time.monotonic()
    code = subprocess.run(command, check=False).returncode
    notes = json.loads(NOTES.read_text()) if NOTES.exists() else {}
    notes[name] = round(time.monotonic() - began, 1)
    NOTES.parent.mkdir(exist_ok=True)
    NOTES.write_text(json.dumps(notes))
    sys.stdout.write(f"== {name}: {notes[name]} s, {'ok' if code == 0 else f'exit code {code}'}\n")
    return code


def _report() -> int:
    notes = json.loads(NOTES.read_text())
    for name, seconds in notes.items():
        sys.stdout.write(f"{seconds:>8.1f} s  {name}\n")
    sys.stdout.write(f"{sum(notes.values()):>8.1f} s  in all\n")
    NOTES.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
