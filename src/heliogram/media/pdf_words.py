"""Cuts a PDF's syntax into words, from any place in the file, within a budget. Nothing is looked up or drawn here.

Source: ISO 32000-1 §7.2 and §7.3.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from heliogram.media.probe import MediaRefused

STRING: Final = b"("
"""What stands for any string: what it says is nobody's business here."""

_WORD: Final = re.compile(
    rb"(?P<blank>[\0\t\n\f\r ]+|%[^\r\n]*)"
    rb"|(?P<name>/[^\0\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|(?P<mark><<|>>|[\[\]{}>)])"
    rb"|(?P<hex><[^>]*>?)"
    rb"|(?P<open>\()"
    rb"|(?P<plain>[^\0\t\n\f\r ()<>\[\]{}/%]+)"
)
_IN_STRING: Final = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")


@dataclass(slots=True)
class Budget:
    """The words that may still be read: a file can be made so that every place in it begins something."""

    left: int

    def spend(self, n_octets: int) -> None:
        """Pay for a word; a long one costs more."""
        self.left -= 1 + n_octets // 64
        if self.left < 0:
            raise MediaRefused("too_large", "The PDF is written so that looking through it takes too long.")


def words(octets: bytes, at: int, budget: Budget) -> Iterator[tuple[bytes, int]]:
    """Each word from a place on and where it ends. A name is given as it is meant, whatever was escaped in it."""
    while found := _WORD.match(octets, at):
        end = found.end()
        kind, word = found.lastgroup, found.group()
        if kind == "open":
            word, end = STRING, _end_of_string(octets, end, budget)
        elif kind == "hex":
            word = STRING
        elif kind == "name":
            word = _ESCAPED.sub(lambda each: bytes([int(each[1], 16)]), word)
        budget.spend(end - at)
        at = end
        if kind != "blank":
            yield word, at


def _end_of_string(octets: bytes, at: int, budget: Budget) -> int:
    """Behind the bracket that closes it; strings hold brackets in pairs."""
    depth = 1
    for found in _IN_STRING.finditer(octets, at):
        budget.spend(0)
        if found.group() == b"(":
            depth += 1
        elif found.group() == b")":
            depth -= 1
        if not depth:
            return found.end()
    return len(octets)
