"""Sessions in every state, and what they say, for the tests of the session."""

from collections.abc import Iterator

from heliogram.wire.smpp.names import Command
from heliogram.wire.smpp.pdu import Pdu, encode, parse
from heliogram.wire.smpp.session import Event, Role, Session, SessionState

SUBMIT = Pdu(Command.SUBMIT_SM, fields={"destination_addr": "13125550142", "short_message": b"Hi"})
DELIVER = Pdu(Command.DELIVER_SM, 0, 1, {"source_addr": "13125550142", "short_message": b"STOP"})

# The states there are: an ESME does not wait to be bound to, an SMSC does not bind.
STATES = [(Role.ESME, state) for state in SessionState if state is not SessionState.OPEN] + [
    (Role.SMSC, state) for state in SessionState if state is not SessionState.BINDING
]


def events_of(session: Session) -> list[Event]:
    return list(iter(session.next_event, None))


def pdus_in(octets: bytes) -> Iterator[Pdu]:
    while octets:
        length = int.from_bytes(octets[:4], "big")
        yield parse(octets[:length])
        octets = octets[length:]


def sent_by(session: Session) -> list[Pdu]:
    return list(pdus_in(session.outgoing()))


def session_in(role: Role, state: SessionState, *, window: int = 10) -> Session:
    """A session in this state at time 0, with nothing left to read."""
    session = Session(role, window=window, now=0.0)
    if role is Role.ESME and state is not SessionState.CLOSED:
        session.bind(Command.BIND_TRANSCEIVER, {"system_id": "helio"}, 0.0)
        if state is not SessionState.BINDING:
            session.receive(encode(Pdu(Command.BIND_TRANSCEIVER_RESP, 0, 1, {"system_id": "S"})), 0.0)
    if role is Role.SMSC and state is SessionState.CLOSED:
        session.lost("gone")
    if role is Role.SMSC and state in (SessionState.BOUND, SessionState.UNBINDING):
        session.receive(encode(Pdu(Command.BIND_TRANSCEIVER, 0, 1, {"system_id": "helio"})), 0.0)
        session.accept(Pdu(Command.BIND_TRANSCEIVER, 0, 1), status=0, system_id="S")
    if state is SessionState.UNBINDING:
        session.unbind(0.0)
    assert session.state is state
    session.outgoing()
    events_of(session)
    return session


def bound(role: Role = Role.ESME, *, window: int = 10) -> Session:
    return session_in(role, SessionState.BOUND, window=window)
