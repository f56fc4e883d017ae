"""The vectors of CancelReq and ReplaceReq, whole: `recall.json` in every namespace that they may stand in."""

import json
from datetime import datetime
from typing import Any

from heliogram.wire.mm7.address import Address, number, short_code
from heliogram.wire.mm7.envelope import Head
from heliogram.wire.mm7.names import SCHEMA_ROOT, VERSION_OF, is_release_6

from .order import VECTORS

RECALL: Any = json.loads((VECTORS / "recall.json").read_text())
NAMESPACES = [*VERSION_OF, f"{SCHEMA_ROOT}REL-6-MM7-6-7"]


def requests(kind: str) -> list[tuple[Head, dict[str, Any], bytes]]:
    """The head, the fields of the value, and the envelope's octets."""
    return [
        (head, _fields(vector["fields"]), envelope_of(head, vector["body"]))
        for vector in RECALL[kind]
        for head in map(head_in, NAMESPACES)
        if vector["release"] == 5 or is_release_6(head.namespace)
    ]


def answers(name: str) -> list[tuple[Head, dict[str, Any], bytes]]:
    """The head, the vector, and the octets of an answer named CancelRsp or ReplaceRsp."""
    return [
        (head, vector, envelope_of(head, vector["body"].replace("NAMERsp", name)))
        for vector in RECALL["answers"]
        for head in map(head_in, NAMESPACES)
    ]


def head_in(namespace: str) -> Head:
    """With its version: what a reader makes of an envelope in that namespace."""
    return Head(transaction_id="t-1", namespace=namespace, version=VERSION_OF.get(namespace, "6.7.0"))


def envelope_of(head: Head, body: str) -> bytes:
    whole: str = RECALL["envelope"].replace("BODY", body)
    return whole.replace("NAMESPACE", head.namespace).replace("VERSION", head.mm7_version()).encode()


def _fields(told: dict[str, Any]) -> dict[str, Any]:
    made = dict(told)
    if "sender" in told:
        made["sender"] = _address(told["sender"])
    if "recipients" in told:
        made["recipients"] = tuple(map(_address, told["recipients"]))
    if "time_stamp" in told:
        made["time_stamp"] = datetime.fromisoformat(told["time_stamp"])
    return made


def _address(text: str) -> Address:
    return number(text) if text.startswith("+") else short_code(text)
