"""What the simulated network says of a number when it is asked: by its last digits, as its fate.

In the words of a webhook carrier's /lookups (docs/carriers/webhook.md).
"""

from typing import Final

from heliogram.simulator.fate import fate_of

LINES: Final[dict[str, str]] = {"0092": "toll_free", "0093": "voip", "0094": "landline"}
NETWORKS: Final[tuple[tuple[str, str], ...]] = (("Verizon", "311480"), ("AT&T", "310410"), ("T-Mobile", "310260"))
"""Whose the numbers of the United States and Canada are, by their last digit."""
OFF: Final = frozenset({"UNDELIV", "EXPIRED"})


def looked_up(number: str) -> dict[str, str | bool | None]:
    """The answer. Networks abroad are not known here, nor whose a line is that is no mobile phone's."""
    line = LINES.get(number[-4:], "mobile")
    is_known = number.startswith("+1") and line == "mobile"
    network, mccmnc = NETWORKS[int(number[-1]) % len(NETWORKS)] if is_known else (None, None)
    reachable = fate_of(number).stat not in OFF if line == "mobile" else None
    return {"line": line, "network": network, "mccmnc": mccmnc, "reachable": reachable}
