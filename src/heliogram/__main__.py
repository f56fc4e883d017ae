"""`python -m heliogram` is the command line."""

from heliogram.cli import main

main()
