import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.consent.ledger import attested, chain, first_break
from heliogram.model.consent import Fact, Source, Standing, Subscription
from tests.world import NOON

GENESIS = "0" * 64
FACT = Fact(
    group_id="offers",
    phone_e164="+13125550142",
    state=Subscription.SUBSCRIBED,
    source=Source.API,
    at=NOON,
    evidence="Ticked “Send me offers” on /join",
)

facts = st.lists(
    st.builds(
        Fact,
        group_id=st.text(max_size=8),
        phone_e164=st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True),
        state=st.sampled_from(Subscription),
        source=st.sampled_from(Source),
        at=st.datetimes(timezones=st.just(UTC)),
        evidence=st.text(st.characters(codec="utf-8"), max_size=30),
    ),
    min_size=1,
    max_size=8,
)


def _chained(said: list[Fact]) -> list[tuple[Fact, str, str]]:
    rows, previous = [], GENESIS
    for fact in said:
        now = chain(previous, fact)
        rows.append((fact, previous, now))
        previous = now
    return rows


def test_the_hash_is_sha256_over_the_hash_before_and_every_field_as_json() -> None:
    said = [GENESIS, "offers", "+13125550142", "subscribed", "api", "2026-03-02T12:00:00+00:00", FACT.evidence]
    octets = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    assert chain(GENESIS, FACT) == sha256(octets).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"group_id": "news"},
        {"phone_e164": "+13125550143"},
        {"state": Subscription.UNSUBSCRIBED},
        {"source": Source.STAFF},
        {"at": NOON + timedelta(microseconds=1)},
        {"evidence": ""},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_is_under_the_hash(change: dict[str, Any]) -> None:
    assert chain(GENESIS, replace(FACT, **change)) != chain(GENESIS, FACT)


def test_the_fact_before_is_under_the_hash() -> None:
    assert chain("1" * 64, FACT) != chain(GENESIS, FACT)


def test_what_ends_one_field_cannot_begin_the_next() -> None:
    one = replace(FACT, group_id='a","b', phone_e164="c")
    other = replace(FACT, group_id="a", phone_e164='b","c')
    assert chain(GENESIS, one) != chain(GENESIS, other)


def test_an_instant_is_the_same_in_every_zone() -> None:
    elsewhere = replace(FACT, at=datetime(2026, 3, 2, 17, 45, tzinfo=timezone(timedelta(hours=5, minutes=45))))
    assert elsewhere.at == NOON and chain(GENESIS, elsewhere) == chain(GENESIS, FACT)


@given(facts)
def test_a_chain_as_it_was_written_has_no_break(said: list[Fact]) -> None:
    rows = _chained(said)
    assert first_break(GENESIS, rows) == (None, rows[-1][2])


@given(facts, st.data())
def test_a_fact_altered_later_is_found_where_it_stands(said: list[Fact], data: st.DataObject) -> None:
    rows = _chained(said)
    index = data.draw(st.integers(0, len(rows) - 1))
    fact, previous, stored = rows[index]
    rows[index] = (replace(fact, evidence=fact.evidence + "!"), previous, stored)
    assert first_break(GENESIS, rows) == (index, previous)


@given(facts, st.data())
def test_a_fact_taken_out_is_found_at_the_one_after_it(said: list[Fact], data: st.DataObject) -> None:
    rows = _chained([*said, FACT])
    index = data.draw(st.integers(0, len(rows) - 2))
    del rows[index]
    assert first_break(GENESIS, rows)[0] == index


@given(facts, st.data())
def test_a_fact_put_in_with_a_hash_of_its_own_is_found(said: list[Fact], data: st.DataObject) -> None:
    rows = _chained(said)
    index = data.draw(st.integers(0, len(rows) - 1))
    before = rows[index][1]
    rows.insert(index, (FACT, before, chain(before, FACT)))
    assert first_break(GENESIS, rows)[0] in (index, index + 1)


def test_a_chain_is_checked_page_by_page() -> None:
    rows = _chained([replace(FACT, evidence=str(n)) for n in range(5)])
    found, last = first_break(GENESIS, rows[:3])
    assert found is None
    assert first_break(last, rows[3:]) == (None, rows[-1][2])
    assert first_break(GENESIS, rows[3:])[0] == 0


def test_nothing_at_all_is_whole() -> None:
    assert first_break(GENESIS, []) == (None, GENESIS)


def _standing(state: Subscription) -> Standing:
    return Standing(state=state, fact_id="f", at=NOON, source=Source.KEYWORD)


def test_an_import_subscribes_only_the_numbers_the_group_never_heard_of() -> None:
    known = {
        "+13125550001": _standing(Subscription.SUBSCRIBED),
        "+13125550002": _standing(Subscription.UNSUBSCRIBED),
    }
    new = attested(
        ["+13125550001", "+13125550002", "+13125550003"], known, group_id="offers", evidence="Paper form", at=NOON
    )
    assert new == [
        Fact(
            group_id="offers",
            phone_e164="+13125550003",
            state=Subscription.SUBSCRIBED,
            source=Source.IMPORT,
            at=NOON,
            evidence="Paper form",
        )
    ]
