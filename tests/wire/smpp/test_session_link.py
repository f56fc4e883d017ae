"""The session as a link: silence, both ways to part, broken frames, and octets in pieces of any size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire.smpp import names
from heliogram.wire.smpp.names import Command
from heliogram.wire.smpp.pdu import MAX_OCTETS, Pdu, encode, parse
from heliogram.wire.smpp.session import ENQUIRE_S, Ended, Requested, Role, Session, SessionState, Unanswered
from tests.wire.smpp.sessions import DELIVER, STATES, SUBMIT, bound, events_of, pdus_in, sent_by, session_in
from tests.wire.vectors import Vector, each, facts

EXACT: list[Vector] = facts("pdus")["exact"]
ROLES = pytest.mark.parametrize("role", Role)


def frame(length: int, *, body: bytes = b"") -> bytes:
    """A header with this length in it, sequence number 9."""
    return length.to_bytes(4, "big") + Command.SUBMIT_SM.to_bytes(4, "big") + bytes(4) + (9).to_bytes(4, "big") + body


def octets_of(command: int, sequence: int, body: bytes) -> bytes:
    return b"".join(part.to_bytes(4, "big") for part in (16 + len(body), command, 0, sequence)) + body


# ── a silent link ──


@ROLES
def test_a_link_is_asked_after_thirty_silent_seconds_and_once(role: Role) -> None:
    session = bound(role)
    assert session.deadline() == ENQUIRE_S == 30.0
    session.tick(29.999)
    assert sent_by(session) == []
    session.tick(30.0)
    session.tick(31.0)
    assert [pdu.command for pdu in sent_by(session)] == [Command.ENQUIRE_LINK]
    assert session.deadline() == 40.0


@ROLES
def test_a_link_that_answers_lives_and_is_asked_again_later(role: Role) -> None:
    session = bound(role)
    session.tick(30.0)
    (asked,) = sent_by(session)
    session.receive(encode(Pdu(Command.ENQUIRE_LINK_RESP, 0, asked.sequence)), 31.0)
    session.tick(40.0)
    assert (events_of(session), session.state) == ([], SessionState.BOUND)
    assert session.deadline() == 61.0
    session.tick(61.0)
    assert [pdu.command for pdu in sent_by(session)] == [Command.ENQUIRE_LINK]


def test_anything_heard_is_a_sign_of_life() -> None:
    session = bound()
    session.receive(encode(DELIVER), 29.0)
    session.tick(58.9)
    assert session.outgoing() == b""
    assert session.deadline() == 59.0


@ROLES
def test_a_link_that_does_not_answer_in_ten_seconds_is_over(role: Role) -> None:
    session = bound(role)
    session.send(SUBMIT if role is Role.ESME else DELIVER, "a", 29.0)
    session.tick(30.0)
    session.tick(38.999)
    assert events_of(session) == []
    session.tick(40.0)
    assert [type(event) for event in events_of(session)] == [Unanswered, Ended]
    assert session.state is SessionState.CLOSED


def test_a_dead_link_gives_every_open_request_back_once() -> None:
    session = bound()
    session.tick(30.0)
    for tag in "ab":
        session.send(SUBMIT, tag, 35.0)
    session.tick(40.0)
    assert events_of(session) == [
        Unanswered(Command.SUBMIT_SM, "a"),
        Unanswered(Command.SUBMIT_SM, "b"),
        Ended("the other side does not answer enquire_link"),
    ]
    session.tick(99.0)
    assert events_of(session) == []


def test_asking_the_link_takes_no_room_in_the_window() -> None:
    session = bound(window=1)
    session.tick(30.0)
    assert session.free() == 1
    session.send(SUBMIT, "a", 30.0)
    assert session.free() == 0


# ── parting ──


@ROLES
def test_an_unbind_of_ours_ends_the_session_when_it_is_answered(role: Role) -> None:
    session = bound(role)
    session.unbind(1.0)
    (asked,) = sent_by(session)
    assert (asked.command, session.state) == (Command.UNBIND, SessionState.UNBINDING)
    session.receive(encode(Pdu(Command.UNBIND_RESP, 0, asked.sequence)), 2.0)
    assert events_of(session) == [Ended("unbound")]
    assert session.state is SessionState.CLOSED


@ROLES
def test_an_unbind_of_theirs_is_answered_and_ends_the_session(role: Role) -> None:
    session = bound(role)
    session.receive(encode(Pdu(Command.UNBIND, 0, 5)), 1.0)
    assert sent_by(session) == [Pdu(Command.UNBIND_RESP, 0, 5)]
    assert events_of(session) == [Ended("the other side unbound")]


def test_both_may_unbind_at_once() -> None:
    esme, smsc = bound(Role.ESME), bound(Role.SMSC)
    esme.unbind(1.0)
    smsc.unbind(1.0)
    from_esme, from_smsc = esme.outgoing(), smsc.outgoing()
    esme.receive(from_smsc, 2.0)
    smsc.receive(from_esme, 2.0)
    for session in (esme, smsc):
        assert [pdu.command for pdu in sent_by(session)] == [Command.UNBIND_RESP]
        assert events_of(session) == [Ended("the other side unbound")]


def test_answers_still_count_while_we_unbind() -> None:
    session = bound()
    sequence = session.send(SUBMIT, "a", 1.0)
    session.unbind(1.0)
    session.receive(encode(Pdu(Command.SUBMIT_SM_RESP, 0, sequence, {"message_id": "42"})), 2.0)
    (event,) = events_of(session)
    assert getattr(event, "tag", None) == "a"


@ROLES
def test_an_unbind_that_nobody_answers_ends_after_ten_seconds(role: Role) -> None:
    session = bound(role)
    session.unbind(1.0)
    assert session.deadline() == 11.0
    session.tick(10.999)
    assert events_of(session) == []
    session.tick(11.0)
    assert events_of(session) == [Ended("the other side does not answer unbind")]


@pytest.mark.parametrize("answer", [Command.GENERIC_NACK, Command.ENQUIRE_LINK_RESP])
def test_any_answer_to_an_unbind_ends_it(answer: Command) -> None:
    session = bound()
    session.unbind(1.0)
    (asked,) = sent_by(session)
    session.receive(encode(Pdu(answer, 0, asked.sequence)), 2.0)
    assert events_of(session) == [Ended("unbound")]


def test_unbinding_what_is_not_bound_ends_it_at_once() -> None:
    session = session_in(Role.ESME, SessionState.BINDING)
    session.unbind(1.0)
    assert (session.outgoing(), events_of(session)) == (b"", [Ended("closed before it was bound")])


def test_a_lost_connection_gives_every_open_request_back_and_ends_once() -> None:
    session = bound()
    session.send(SUBMIT, "a", 1.0)
    session.tick(5.0)
    session.lost("the connection was lost")
    session.lost("the connection was lost")
    assert events_of(session) == [Unanswered(Command.SUBMIT_SM, "a"), Ended("the connection was lost")]
    assert session.free() == 10


@pytest.mark.parametrize(("role", "state"), STATES)
def test_after_its_end_a_session_says_nothing_more(role: Role, state: SessionState) -> None:
    session = session_in(role, state)
    session.lost("gone")
    events_of(session)
    session.receive(encode(DELIVER) + encode(Pdu(Command.ENQUIRE_LINK, 0, 3)) + frame(8), 2.0)
    session.tick(1000.0)
    assert (events_of(session), session.outgoing(), session.state) == ([], b"", SessionState.CLOSED)


# ── frames ──


@pytest.mark.parametrize("length", [0, 15, MAX_OCTETS + 1, 0xFFFFFFFF])
def test_a_length_no_pdu_has_is_nacked_and_ends_the_session(length: int) -> None:
    session = bound(Role.SMSC)
    session.receive(frame(length), 1.0)
    assert sent_by(session) == [Pdu(Command.GENERIC_NACK, names.RINVCMDLEN, 9)]
    assert events_of(session) == [Ended(f"a PDU of {length} octets")]


def test_the_shortest_and_the_longest_pdu_are_taken() -> None:
    session = bound(Role.SMSC)
    body = encode(SUBMIT)[16:]
    n_tlv = MAX_OCTETS - 16 - len(body) - 8
    tlvs = b"\x14\x00\xff\xff" + bytes(0xFFFF) + b"\x14\x01" + (n_tlv - 0xFFFF).to_bytes(2, "big")
    longest = frame(MAX_OCTETS, body=body + tlvs + bytes(n_tlv - 0xFFFF))
    assert len(longest) == MAX_OCTETS
    session.receive(encode(Pdu(Command.ENQUIRE_LINK, 0, 1)) + longest, 1.0)
    assert [pdu.command for pdu in sent_by(session)] == [Command.ENQUIRE_LINK_RESP]
    assert [event.pdu.command for event in events_of(session) if isinstance(event, Requested)] == [Command.SUBMIT_SM]


def test_a_pdu_that_contradicts_itself_is_nacked_and_the_next_is_taken() -> None:
    session = bound()
    broken = frame(20, body=b"\0\0\0\0")
    session.receive(broken + encode(DELIVER), 1.0)
    assert sent_by(session) == [Pdu(Command.GENERIC_NACK, names.RINVCMDLEN, 9)]
    assert events_of(session) == [Requested(parse(encode(DELIVER)))]


def outcome(session: Session, pieces: list[bytes]) -> tuple[list[object], bytes, SessionState]:
    for piece in pieces:
        session.receive(piece, 1.0)
    return list(events_of(session)), session.outgoing(), session.state


@pytest.mark.parametrize("tail", [b"", b"\0\0", encode(DELIVER)[:-1]])
@each(EXACT)
@ROLES
def test_octets_in_pieces_say_what_they_say_whole(role: Role, vector: Vector, tail: bytes) -> None:
    octets = bytes.fromhex(vector["hex"]) + tail
    whole = outcome(bound(role), [octets])
    assert outcome(bound(role), [octets[n : n + 1] for n in range(len(octets))]) == whole
    assert outcome(bound(role), [octets[:17], octets[17:]]) == whole


@given(st.lists(st.sampled_from(EXACT), max_size=8), st.data())
def test_a_stream_cut_anywhere_says_what_it_says_whole(vectors: list[Vector], data: st.DataObject) -> None:
    octets = b"".join(bytes.fromhex(vector["hex"]) for vector in vectors)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=6)))
    pieces = [octets[start:end] for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True)]
    assert outcome(bound(), pieces) == outcome(bound(), [octets])


@given(
    st.sampled_from(STATES),
    st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.sampled_from([bytes.fromhex(vector["hex"]) for vector in EXACT]),
            st.builds(
                octets_of,
                st.one_of(st.sampled_from(sorted(Command)), st.integers(0, 0xFFFFFFFF)),
                st.integers(0, 3),
                st.binary(max_size=30),
            ),
        ),
        max_size=6,
    ),
)
def test_nothing_that_arrives_raises_and_what_we_answer_is_sound(
    role_and_state: tuple[Role, SessionState], pieces: list[bytes]
) -> None:
    session = session_in(*role_and_state)
    for n, piece in enumerate(pieces):
        session.receive(piece, float(n))
        session.tick(float(n))
    for event in events_of(session):
        if isinstance(event, Requested):
            session.answer(event.pdu)
    answers = list(pdus_in(session.outgoing()))
    assert all(pdu.is_response() or pdu.command == Command.ENQUIRE_LINK for pdu in answers)
    assert 0 <= session.free() <= 10


@given(st.lists(st.sampled_from(["send", "answer", "wrong", "tick", "stray"]), max_size=30), st.integers(1, 4))
def test_every_request_gets_exactly_one_answer_or_none_and_the_window_adds_up(steps: list[str], window: int) -> None:
    session = bound(window=window)
    now, n_sent, open_sequences, heard = 0.0, 0, list[int](), list[object]()
    for step in steps:
        now += 4.0
        if step == "send" and session.free() > 0 and session.state is SessionState.BOUND:
            open_sequences.append(session.send(SUBMIT, n_sent, now))
            n_sent += 1
        elif step == "tick":
            session.tick(now)
        elif step == "stray":
            session.receive(encode(Pdu(Command.SUBMIT_SM_RESP, 0, 5000, {"message_id": "x"})), now)
        elif open_sequences and step in ("answer", "wrong"):
            command = Command.SUBMIT_SM_RESP if step == "answer" else Command.DATA_SM_RESP
            session.receive(encode(Pdu(command, 0, open_sequences.pop(), {"message_id": "x"})), now)
        heard += [getattr(event, "tag", None) for event in events_of(session)]
        assert session.free() == window - (n_sent - sum(isinstance(tag, int) for tag in heard))
    session.lost("gone")
    heard += [getattr(event, "tag", None) for event in events_of(session)]
    assert sorted(tag for tag in heard if isinstance(tag, int)) == list(range(n_sent))
    assert session.free() == window
