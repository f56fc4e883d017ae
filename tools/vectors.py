"""`make vectors VECTORS=folder`: the product against vectors of other people, which are not copied into it.

What is checked, and which differences are meant, stands in tests/shared_vectors, one file a set.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))


def main() -> int:
    from tests.shared_vectors.sets import SETS, check_set, is_good, told, unread

    if len(sys.argv) != 2:
        sys.exit("Say where the shared vectors are: make vectors VECTORS=folder.")
    folder = Path(sys.argv[1])
    if not folder.is_dir():
        sys.exit(f"{folder} is no folder. VECTORS is the one with gsm7, smpp and mm7 in it.")
    found = {name: check_set(name, folder) for name in SETS}
    for name, checked in found.items():
        sys.stdout.writelines(f"{line}\n" for line in told(name, checked))
    if others := unread(folder):
        sys.stdout.write(f"{', '.join(others)}: nothing in the product reads them yet\n")
    return 0 if all(map(is_good, found.values())) else 1


if __name__ == "__main__":
    sys.exit(main())
