"""The facts of the wire that tests read, as they stand in tests/vectors/wire."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from heliogram.wire.smpp.names import Command
from heliogram.wire.smpp.pdu import Pdu, Value

FOLDER = Path(__file__).parents[1] / "vectors" / "wire"

Vector = dict[str, Any]


def facts(name: str) -> Vector:
    """The whole of one file."""
    found: Vector = json.loads((FOLDER / f"{name}.json").read_text())
    assert found["source"]
    return found


def each(vectors: Iterable[Vector]) -> pytest.MarkDecorator:
    """One test a vector, under its name."""
    return pytest.mark.parametrize("vector", [pytest.param(vector, id=vector["name"]) for vector in vectors])


def text_of(runs: Iterable[tuple[str, int]]) -> str:
    """A text written as [piece, how often]."""
    return "".join(piece * n for piece, n in runs)


def tlvs_of(vector: Vector) -> tuple[tuple[int, bytes], ...]:
    return tuple((int(tag, 16), bytes.fromhex(value)) for tag, value in vector.get("tlvs", ()))


def pdu_of(vector: Vector) -> Pdu:
    """The PDU a vector describes beside its octets."""
    fields: dict[str, Value] = {
        name: bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
        for name, value in vector["fields"].items()
    }
    return Pdu(Command[vector["command"]], vector["status"], vector["sequence"], fields, tlvs_of(vector))
