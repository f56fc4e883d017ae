import subprocess
import sys

from heliogram import __version__


def test_the_module_is_the_command_line() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "heliogram", "--version"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (told.returncode, told.stdout, told.stderr) == (0, f"heliogram {__version__}\n", "")
