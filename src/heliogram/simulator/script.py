"""The script of a simulator: several carriers at once, as a TOML file that is checked before anything listens.

Here: what a script may say. Not here: what it does (`several`, `conduct`).
"""

import re
import tomllib
from typing import Annotated, Literal

import msgspec

from heliogram.carriers.protocol import Misconfigured
from heliogram.carriers.webhook import MIN_SECRET, key_of
from heliogram.simulator.conduct import FAULTS, LATENCIES, Fault, Span
from heliogram.simulator.settings import Ids, MmsReach

_Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=3_600)]
MAX_LATENCY_S = 60.0


class BadScript(Exception):
    """The script cannot be played; the text says where and why."""


class Loss(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shares of what gets lost by itself, 0 to 1."""

    answers: _Share = 0.0
    receipts: _Share = 0.0
    connections: _Share = 0.0


LOSSES = {
    "none": Loss(),
    "some": Loss(answers=0.002, receipts=0.01),
    "bad": Loss(answers=0.02, receipts=0.1, connections=0.002),
}


class Receipts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How receipts come: in which spelling of ids, and with which esm_class: some carriers mark them as texts, 0."""

    delay_s: _Seconds = 0.05
    ids: Ids = Ids.DECIMAL
    esm_class: Literal[0, 4] = 4


class Carrier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One carrier of the script.

    `delivery_s` is how long a message waits before its phone has it. `secret` signs both ways over HTTP.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,30}\Z")]
    protocol: Literal["smpp", "mm7", "http"]
    port: _Port = 0
    system_id: Annotated[str, msgspec.Meta(min_length=1, max_length=15)] = "heliogram"
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=8)] = "secret"
    secret: str = "heliogram-secret"
    callback_url: str = ""
    ids: Ids = Ids.DECIMAL
    receipts: Receipts = Receipts()
    latency: Literal["none", "near", "far", "slow"] | Span = "none"
    delivery_s: _Seconds = 0.0
    loss: Literal["none", "some", "bad"] | Loss = "none"
    throttle_per_s: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    mms: MmsReach = MmsReach()
    fault: tuple[Fault, ...] = ()

    def span(self) -> Span:
        return LATENCIES[self.latency] if isinstance(self.latency, str) else self.latency

    def faults(self) -> tuple[Fault, ...]:
        """Those of the script, and after them what gets lost by itself."""
        loss = LOSSES[self.loss] if isinstance(self.loss, str) else self.loss
        shares = {"no_answer": loss.answers, "receipt_lost": loss.receipts, "drop": loss.connections}
        lost = [Fault(name=name, share=share) for name, share in shares.items() if share]
        return (*self.fault, *(each for each in lost if self.protocol in FAULTS[each.name].protocols))


class Script(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seed: int = 1
    control_port: _Port = 8026
    carrier: Annotated[tuple[Carrier, ...], msgspec.Meta(min_length=1, max_length=20)]


def read_script(text: str) -> Script:
    """A script from its text. Raises BadScript with a sentence that names the place."""
    try:
        script = msgspec.convert(_table(text), Script)
    except msgspec.ValidationError as problem:
        raise BadScript(f"The script cannot be played: {_placed(str(problem))}.") from problem
    for problem_found in _contradictions(script):
        raise BadScript(f"The script cannot be played: {problem_found}.")
    return script


def _table(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError as problem:
        raise BadScript("The script is no TOML: there are too many brackets in brackets.") from problem
    except ValueError as problem:  # also of a number with more digits than Python reads
        raise BadScript(f"The script is no TOML: {problem}.") from problem


def _placed(problem: str) -> str:
    """msgspec counts from 0 and writes `$.carrier[0].port`; a person reads “carrier 1, port”."""
    said, _, path = problem.partition(" - at `$")
    words = re.sub(r"\[(\d+)\]", lambda found: f" {int(found[1]) + 1}", path.rstrip("`").strip("."))
    return f"{words.replace('.', ', ')}: {said}" if words else said


def _contradictions(script: Script) -> list[str]:
    found: list[str] = []
    names, ports = set[str](), {script.control_port} - {0}
    for number, carrier in enumerate(script.carrier, 1):
        where = f"carrier {number} ({carrier.name})"
        if carrier.name in names:
            found.append(f"{where}, name: another carrier has it")
        if carrier.port in ports:
            found.append(f"{where}, port: {carrier.port} is taken by another, or by the control socket")
        if carrier.protocol == "http" and not _can_sign(carrier.secret):
            found.append(f"{where}, secret: at least {MIN_SECRET} octets, plain or as whsec_ and base64")
        names.add(carrier.name)
        ports |= {carrier.port} - {0}
        span = carrier.span()
        if not 0 <= span.min_s <= span.max_s <= MAX_LATENCY_S:
            found.append(f"{where}, latency: from 0 to {MAX_LATENCY_S:.0f} s, and the least is not above the most")
        for place, fault in enumerate(carrier.fault, 1):
            found += [f"{where}, fault {place}, {why}" for why in _wrong_with(fault, carrier.protocol)]
    return found


def _can_sign(secret: str) -> bool:
    try:
        return len(key_of(secret)) >= MIN_SECRET
    except Misconfigured:
        return False


def _wrong_with(fault: Fault, protocol: str) -> list[str]:
    kind = FAULTS.get(fault.name)
    if kind is None:
        return [f"name: there is no {fault.name!r}; there are {', '.join(FAULTS)}"]
    checks = {
        f"name: {fault.name} does not befall {protocol}": protocol in kind.protocols,
        "every: at least 1": fault.every >= 1,
        "nth: at least 1, or 0 for all": fault.nth >= 0,
        "times: at least 0": fault.times is None or fault.times >= 0,
        "share: from 0 to 1": 0 <= fault.share <= 1,
        "until_s: later than from_s, which is at least 0": 0 <= fault.from_s < fault.until_s,
        f"status: {fault.name} refuses nothing": fault.status is None
        or bool(kind.status or kind.http_status or kind.mm7_status),
        f"status: {_STATUSES[protocol]}": fault.status is None or _is_status(fault.name, protocol, fault.status),
        f"delay_s: {fault.name} waits for nothing": fault.delay_s is None or bool(kind.delay_s),
        f"delay_s: from 0 to {MAX_LATENCY_S:.0f}": fault.delay_s is None or 0 <= fault.delay_s <= MAX_LATENCY_S,
    }
    return [sentence for sentence, is_right in checks.items() if not is_right]


_STATUSES = {
    "smpp": "from 1 to 0xFFFFFFFF",
    "http": "of HTTP, from 400 to 599",
    "mm7": "a StatusCode from 2000 to 9999, or of HTTP from 400 to 599 where the fault is error or http_error",
}


def _is_status(name: str, protocol: str, status: int) -> bool:
    if protocol == "smpp":
        return 1 <= status <= 0xFFFFFFFF
    is_http = 400 <= status <= 599
    if protocol == "http":
        return is_http
    return (is_http and name in ("error", "http_error")) or (name != "http_error" and 2000 <= status <= 9999)
