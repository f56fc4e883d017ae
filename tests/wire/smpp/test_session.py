"""The session in both roles: what each state takes, binding, and requests with their window and answers."""

import pytest

from heliogram.wire.errors import OurFault
from heliogram.wire.smpp import names
from heliogram.wire.smpp.names import RESPONSE, Command
from heliogram.wire.smpp.pdu import FIELDS, Pdu, encode, parse
from heliogram.wire.smpp.session import (
    BIND_TIMEOUT_S,
    MAX_SEQUENCE,
    RESPONSE_TIMEOUT_S,
    TAKES,
    Answered,
    Bound,
    Ended,
    Requested,
    Role,
    Session,
    SessionState,
    Unanswered,
)
from tests.wire.smpp.sessions import DELIVER, STATES, SUBMIT, bound, events_of, sent_by, session_in
from tests.wire.vectors import Vector, each, facts

REQUESTS = sorted(command for command in FIELDS if not command & RESPONSE)
SILENT = {Command.OUTBIND, Command.ALERT_NOTIFICATION}


# ── what each state takes ──


@pytest.mark.parametrize("command", REQUESTS, ids=lambda command: Command(command).name)
@pytest.mark.parametrize(("role", "state"), STATES)
def test_a_state_takes_what_its_table_says_and_answers_everything_else(
    role: Role, state: SessionState, command: int
) -> None:
    session = session_in(role, state)
    session.receive(encode(Pdu(command, 0, 77)), 1.0)
    events, answers = events_of(session), sent_by(session)
    takes = TAKES.get((role, state), frozenset())
    if state is SessionState.CLOSED:
        assert (events, answers) == ([], [])
    elif command in takes - {Command.ENQUIRE_LINK, Command.UNBIND}:
        assert [(type(event), event.pdu.command) for event in events if isinstance(event, Requested)] == [
            (Requested, command)
        ]
        assert answers == []
    elif command in takes:
        assert [(pdu.command, pdu.status, pdu.sequence) for pdu in answers] == [(command | RESPONSE, 0, 77)]
        assert [type(event) for event in events] == ([Ended] if command == Command.UNBIND else [])
    else:
        is_second_bind = state is SessionState.BOUND and "BIND_" in Command(command).name
        status = names.RALYBND if is_second_bind else names.RINVBNDSTS
        expected = [] if command in SILENT else [(command | RESPONSE, status, 77)]
        assert [(pdu.command, pdu.status, pdu.sequence) for pdu in answers] == expected
        assert events == []
        assert session.state is state


def test_the_table_is_that_of_the_specification() -> None:
    """SMPP v3.4 §2.3, for transceivers; what both sides may always ask is added by hand."""
    link = {Command.ENQUIRE_LINK, Command.UNBIND}
    binds = {Command.BIND_RECEIVER, Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER}
    submits = {Command.SUBMIT_SM, Command.DATA_SM, Command.QUERY_SM, Command.CANCEL_SM, Command.REPLACE_SM}
    assert {
        (Role.ESME, SessionState.BINDING): {Command.ENQUIRE_LINK},
        (Role.ESME, SessionState.BOUND): link | {Command.DELIVER_SM, Command.DATA_SM, Command.ALERT_NOTIFICATION},
        (Role.ESME, SessionState.UNBINDING): link | {Command.DELIVER_SM, Command.DATA_SM},
        (Role.SMSC, SessionState.OPEN): binds | {Command.ENQUIRE_LINK},
        (Role.SMSC, SessionState.BOUND): link | submits,
        (Role.SMSC, SessionState.UNBINDING): link,
    } == TAKES


@pytest.mark.parametrize("command", [0x00000021, 0x00000111, 0x7FFFFFFF])
def test_an_unknown_command_is_nacked_and_the_session_goes_on(command: int) -> None:
    session = bound()
    frame = (20).to_bytes(4, "big") + command.to_bytes(4, "big") + bytes(4) + (9).to_bytes(4, "big") + b"abcd"
    session.receive(frame + encode(DELIVER), 1.0)
    assert sent_by(session) == [Pdu(Command.GENERIC_NACK, names.RINVCMDID, 9)]
    assert events_of(session) == [Requested(parse(encode(DELIVER)))]


def test_an_alert_takes_no_answer_even_when_one_is_given() -> None:
    session = bound()
    session.receive(encode(Pdu(Command.ALERT_NOTIFICATION, 0, 5)), 1.0)
    (event,) = events_of(session)
    assert isinstance(event, Requested)
    session.answer(event.pdu, status=names.RX_P_APPN)
    assert session.outgoing() == b""


# ── binding ──


@pytest.mark.parametrize("command", ["BIND_RECEIVER", "BIND_TRANSMITTER", "BIND_TRANSCEIVER"])
def test_a_bind_that_is_accepted_opens_the_session(command: str) -> None:
    esme, smsc = Session(Role.ESME, window=1, now=0.0), Session(Role.SMSC, window=1, now=0.0)
    esme.bind(Command[command], {"system_id": "helio", "password": "secret"}, 0.0)
    smsc.receive(esme.outgoing(), 0.0)
    (asked,) = events_of(smsc)
    assert isinstance(asked, Requested)
    assert (asked.pdu.text("system_id"), asked.pdu.text("password")) == ("helio", "secret")
    smsc.accept(asked.pdu, status=0, system_id="SMSC")
    esme.receive(smsc.outgoing(), 0.1)
    assert events_of(esme) == [Bound()]
    assert esme.state is smsc.state is SessionState.BOUND


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Pdu(Command.BIND_TRANSCEIVER_RESP, names.RINVPASWD, 1), names.RINVPASWD),
        (Pdu(Command.GENERIC_NACK, names.RINVCMDID, 1), names.RINVCMDID),
        (Pdu(Command.GENERIC_NACK, 0, 1), 0),
        (Pdu(Command.BIND_RECEIVER_RESP, 0, 1, {"system_id": "S"}), 0),
    ],
)
def test_a_bind_that_is_not_accepted_ends_the_session_with_the_carriers_status(answer: Pdu, status: int) -> None:
    session = session_in(Role.ESME, SessionState.BINDING)
    session.receive(encode(answer), 1.0)
    assert events_of(session) == [Ended("the bind was refused", status)]
    assert session.state is SessionState.CLOSED


def test_an_smsc_that_refuses_a_bind_stays_open_for_another() -> None:
    session = session_in(Role.SMSC, SessionState.OPEN)
    session.accept(Pdu(Command.BIND_TRANSCEIVER, 0, 1), status=names.RINVPASWD, system_id="S")
    assert sent_by(session) == [Pdu(Command.BIND_TRANSCEIVER_RESP, names.RINVPASWD, 1)]
    assert session.state is SessionState.OPEN


def test_accepting_a_bind_of_a_session_that_is_over_does_not_revive_it() -> None:
    session = session_in(Role.SMSC, SessionState.CLOSED)
    session.accept(Pdu(Command.BIND_TRANSCEIVER, 0, 1), status=0, system_id="S")
    assert session.state is SessionState.CLOSED


@pytest.mark.parametrize(("role", "state"), [(Role.ESME, SessionState.BINDING), (Role.SMSC, SessionState.OPEN)])
def test_a_bind_has_ten_seconds(role: Role, state: SessionState) -> None:
    session = session_in(role, state)
    assert session.deadline() == BIND_TIMEOUT_S == 10.0
    session.tick(9.999)
    assert (events_of(session), session.state) == ([], state)
    session.tick(10.0)
    assert (events_of(session), session.state) == ([Ended("no bind in time")], SessionState.CLOSED)


def test_nothing_is_sent_before_the_session_is_bound() -> None:
    session = session_in(Role.ESME, SessionState.BINDING)
    with pytest.raises(OurFault, match="binding"):
        session.send(SUBMIT, "a", 1.0)
    assert (session.outgoing(), session.free()) == (b"", 10)


# ── requests of ours ──


@pytest.mark.parametrize("window", [1, 2, 10])
def test_the_window_takes_its_number_of_requests_and_not_one_more(window: int) -> None:
    session = bound(window=window)
    for n in range(window):
        assert session.free() == window - n
        session.send(SUBMIT, n, 1.0)
    with pytest.raises(OurFault, match=f"window of {window} is full"):
        session.send(SUBMIT, "one more", 1.0)
    assert len(sent_by(session)) == window
    session.receive(encode(Pdu(Command.SUBMIT_SM_RESP, 0, 2, {"message_id": "a"})), 2.0)
    assert session.free() == 1
    session.send(SUBMIT, "now it fits", 2.0)
    assert session.free() == 0


def test_a_request_that_cannot_be_written_takes_no_room_in_the_window() -> None:
    session = bound(window=1)
    with pytest.raises(OurFault, match="source_addr"):
        session.send(Pdu(Command.SUBMIT_SM, fields={"source_addr": "x" * 30}), "a", 1.0)
    assert (session.free(), session.outgoing()) == (1, b"")


def test_answers_out_of_order_find_the_requests_they_belong_to() -> None:
    session = bound()
    sequences = {tag: session.send(SUBMIT, tag, 1.0) for tag in "abc"}
    for tag in "cab":
        session.receive(encode(Pdu(Command.SUBMIT_SM_RESP, 0, sequences[tag], {"message_id": f"id-{tag}"})), 2.0)
    said = [(event.tag, event.pdu.text("message_id")) for event in events_of(session) if isinstance(event, Answered)]
    assert said == [("c", "id-c"), ("a", "id-a"), ("b", "id-b")]
    assert session.free() == 10


@each([vector for vector in facts("pdus")["tolerated"] if vector["command"] == "SUBMIT_SM_RESP"])
def test_an_answer_counts_by_its_status_whatever_its_body_is(vector: Vector) -> None:
    session = bound()
    sequence = session.send(SUBMIT, "a", 1.0)
    octets = bytes.fromhex(vector["hex"])
    session.receive(octets[:12] + sequence.to_bytes(4, "big") + octets[16:], 2.0)
    (event,) = events_of(session)
    assert isinstance(event, Answered)
    assert (event.request, event.tag, event.pdu.status) == (Command.SUBMIT_SM, "a", vector["status"])
    assert event.pdu.text("message_id") == vector["fields"].get("message_id", "")


@pytest.mark.parametrize(("said", "heard"), [(names.RINVCMDLEN, names.RINVCMDLEN), (0, names.RUNKNOWNERR)])
def test_a_nack_is_never_an_acceptance(said: int, heard: int) -> None:
    session = bound()
    sequence = session.send(SUBMIT, "a", 1.0)
    session.receive(encode(Pdu(Command.GENERIC_NACK, said, sequence)), 2.0)
    assert events_of(session) == [Answered(Command.SUBMIT_SM, "a", Pdu(Command.GENERIC_NACK, heard, sequence))]


def test_an_answer_of_another_kind_is_no_answer_and_frees_the_window() -> None:
    session = bound(window=1)
    sequence = session.send(SUBMIT, "a", 1.0)
    session.receive(encode(Pdu(Command.DELIVER_SM_RESP, 0, sequence)), 2.0)
    assert events_of(session) == [Unanswered(Command.SUBMIT_SM, "a")]
    assert session.free() == 1


def test_an_answer_nobody_waits_for_says_nothing() -> None:
    session = bound(window=1)
    sequence = session.send(SUBMIT, "a", 1.0)
    answer = encode(Pdu(Command.SUBMIT_SM_RESP, 0, sequence, {"message_id": "1"}))
    session.receive(answer + answer, 2.0)
    session.receive(encode(Pdu(Command.SUBMIT_SM_RESP, 0, 999, {"message_id": "2"})), 2.0)
    assert len(events_of(session)) == 1
    assert session.free() == 1


def test_a_request_has_ten_seconds_and_is_then_unanswered_once() -> None:
    session = bound(window=1)
    sequence = session.send(SUBMIT, "a", 1.0)
    assert session.deadline() == 1.0 + RESPONSE_TIMEOUT_S == 11.0
    session.tick(10.999)
    assert events_of(session) == []
    session.tick(11.0)
    assert events_of(session) == [Unanswered(Command.SUBMIT_SM, "a")]
    assert session.free() == 1
    session.receive(encode(Pdu(Command.SUBMIT_SM_RESP, 0, sequence, {"message_id": "late"})), 12.0)
    assert events_of(session) == []
    assert session.free() == 1


def test_requests_are_numbered_from_one_and_again_after_the_last_number() -> None:
    session = bound()
    assert [session.send(SUBMIT, n, 1.0) for n in range(3)] == [2, 3, 4], "the bind was 1"
    session._sequence = MAX_SEQUENCE - 1  # two thousand million requests later
    assert [session.send(SUBMIT, n, 1.0) for n in range(2)] == [MAX_SEQUENCE, 1]
    assert [pdu.sequence for pdu in sent_by(session)] == [2, 3, 4, 0x7FFFFFFF, 1]


def test_both_sides_number_for_themselves() -> None:
    session = bound()
    sequence = session.send(SUBMIT, "a", 1.0)
    session.receive(encode(Pdu(Command.DELIVER_SM, 0, sequence, DELIVER.fields)), 2.0)
    (event,) = events_of(session)
    assert isinstance(event, Requested)
    session.answer(event.pdu)
    assert [(pdu.command, pdu.sequence) for pdu in sent_by(session)] == [
        (Command.SUBMIT_SM, sequence),
        (Command.DELIVER_SM_RESP, sequence),
    ]
    assert session.free() == 9


@pytest.mark.parametrize("sequence", [0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_an_answer_of_ours_has_the_number_of_the_request_whatever_it_is(sequence: int) -> None:
    session = bound()
    session.receive(encode(Pdu(Command.ENQUIRE_LINK, 0, sequence)), 1.0)
    assert sent_by(session) == [Pdu(Command.ENQUIRE_LINK_RESP, 0, sequence)]
