from heliogram.clock import LINK_LETTERS, new_id, new_secret, new_token, now


def test_ids_sort_by_the_time_they_were_made_and_secrets_are_not_repeated() -> None:
    ids = [new_id() for _ in range(1_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len({new_token() for _ in range(1_000)}) == len({new_secret() for _ in range(1_000)})
    assert {len(each) for each in ids} == {32}
    assert now().utcoffset().total_seconds() == 0


def test_a_links_token_has_no_letter_that_is_misread_aloud() -> None:
    letters = set("".join(new_token() for _ in range(1_000)))
    assert letters == set(LINK_LETTERS)
    assert letters.isdisjoint("0O1Il")
