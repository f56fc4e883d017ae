"""PDUs written and read a second of CPU; beside it, smpplib, and `struct` alone with the offsets of this one form.

All three must write the same octets and read the same of them.
"""

import itertools
import statistics
import struct
import time
from collections.abc import Callable
from typing import Any

from smpplib import consts, smpp

from bench.session import BODY, submit_of
from bench.smsc import receipt_of
from heliogram.wire.smpp.message import Address, submit_parts
from heliogram.wire.smpp.pdu import Pdu, encode, parse

N_ROUNDS = 5
N_PDUS = 20_000
N_SLOW = 2_000
"""Of smpplib's."""
_HEADER = struct.Struct(">IIII")

Read = tuple[str, int, bytes]
"""Whom it is from, what it is, and what it says."""


class Differs(Exception):
    """They do not write or read the same: no rate is reported."""


class _Numbers:
    """What smpplib asks a client for."""

    def __init__(self) -> None:
        self._sequence = itertools.count(1)

    def next_sequence(self) -> int:
        return next(self._sequence)


def run() -> dict[str, dict[str, float]]:
    """PDUs a second of CPU, which other work on the machine does not slow. Raises Differs.

    {"encode": {"ours", "smpplib", "struct"}, "parse": {…}}
    """
    writers: dict[str, Callable[[int], bytes]] = {"ours": _ours, "smpplib": _smpplib, "struct": _struct}
    if len({write(7) for write in writers.values()}) != 1:
        raise Differs({name: write(7).hex() for name, write in writers.items()})
    readers: dict[str, Callable[[bytes], Read]] = {"ours": _read, "smpplib": _read_smpplib, "struct": _read_struct}
    octets = receipt_of(42, 7)
    if len({read(octets) for read in readers.values()}) != 1:
        raise Differs({name: read(octets) for name, read in readers.items()})
    received = [receipt_of(number, number) for number in range(1, N_PDUS + 1)]
    return {
        "encode": _rates({name: (write, range(1, N_PDUS + 1)) for name, write in writers.items()}),
        "parse": _rates({name: (read, received) for name, read in readers.items()}),
    }


def _rates(work: dict[str, tuple[Callable[[Any], object], Any]]) -> dict[str, float]:
    """Each one's median of interleaved rounds."""
    found: dict[str, list[float]] = {name: [] for name in work}
    for _round in range(N_ROUNDS):
        for name, (do, items) in work.items():
            some = items[:N_SLOW] if name == "smpplib" else items
            began = time.process_time()
            for each in some:
                do(each)
            found[name].append(len(some) / (time.process_time() - began))
    return {name: statistics.median(rates) for name, rates in found.items()}


_SENDER = Address(1, 1, "13125550100")


def _ours(number: int) -> bytes:
    """From a text, as the carrier does it: alphabet, checks and table."""
    to = Address(1, 1, f"1312{3_050_000 + number}")
    (pdu,) = submit_parts(_SENDER, to, (BODY.decode(),), "GSM-7", reference=0)
    return encode(Pdu(pdu.command, 0, number, pdu.fields, pdu.tlvs))


def _struct(number: int) -> bytes:
    return submit_of(number, b"1312%07d" % (3_050_000 + number))


def _smpplib(number: int) -> bytes:
    pdu = smpp.make_pdu(
        "submit_sm",
        client=_Numbers(),
        source_addr_ton=consts.SMPP_TON_INTL,
        source_addr_npi=consts.SMPP_NPI_ISDN,
        source_addr="13125550100",
        dest_addr_ton=consts.SMPP_TON_INTL,
        dest_addr_npi=consts.SMPP_NPI_ISDN,
        destination_addr=f"1312{3_050_000 + number}",
        short_message=BODY,
        registered_delivery=1,
    )
    pdu.sequence = number
    octets: bytes = pdu.generate()
    return octets


def _read(octets: bytes) -> Read:
    pdu = parse(octets)
    return pdu.text("source_addr"), pdu.number("esm_class"), pdu.octets("short_message")


def _read_smpplib(octets: bytes) -> Read:
    pdu = smpp.parse_pdu(octets, client=_Numbers(), allow_unknown_opt_params=True)
    return pdu.source_addr.decode(), pdu.esm_class, pdu.short_message


def _read_struct(octets: bytes) -> Read:
    _length, _command, _status, _sequence = _HEADER.unpack_from(octets)
    stop = octets.index(b"\0", 19)
    end = octets.index(b"\0", stop + 3)
    text = end + 11
    return octets[19:stop].decode(), octets[end + 1], octets[text : text + octets[text - 1]]
