"""The order of MM7's elements, checked against the table of TS 23.140 in `tests/vectors/mm7/submit_order.json`."""

import json
from pathlib import Path

from lxml import etree

from heliogram.wire.safexml import children, local_name, parse_xml

VECTORS = Path(__file__).parents[2] / "vectors" / "mm7"
ORDER: dict[str, list[str]] = {
    name: names
    for name, names in json.loads((VECTORS / "submit_order.json").read_text()).items()
    if isinstance(names, list)
}


def misplaced(envelope: bytes) -> list[str]:
    """What stands in the wrong place, as sentences; [] when every element is in schema order."""
    return [complaint for element in parse_xml(envelope).iter() for complaint in _misplaced_in(element)]


def _misplaced_in(element: etree._Element) -> list[str]:
    order = ORDER.get(local_name(element))
    if order is None:
        return []
    names = [local_name(child) for child in children(element)]
    unknown = [f"{name} is not a child of {local_name(element)}" for name in names if name not in order]
    ranks = [order.index(name) for name in names if name in order]
    return unknown + ([] if ranks == sorted(ranks) else [f"the children of {local_name(element)} are {names}"])
