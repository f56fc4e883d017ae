"""The words of the reports over made-up figures; `test_send` has them over real ones."""

from typing import Any

import pytest

from heliogram.commands.report import dry_run_text, report_text, rows_of
from tests.commands.desk import adds_up

STATES = ("delivered", "sent", "undelivered", "failed", "unknown", "held", "queued", "sending", "canceled", "skipped")


def _report(**changes: Any) -> dict[str, Any]:
    report: dict[str, Any] = {
        "n_rows": 5,
        "n_people": 3,
        "n_rejected": 2,
        "n_already_opted_out": 0,
        "n_without_consent": 0,
        "rejected": [
            {"row_number": 4, "value": "+15", "reason": "too_short", "sentence": "This is too short."},
            {"row_number": 5, "value": "+13125550111", "reason": "duplicate", "sentence": "Row 2 has the same."},
        ],
        "estimate": {
            "medium": "picture",
            "mms": 1,
            "sms_link": 1,
            "sms": 0,
            "skipped": 1,
            "channels_by_reason": [],
            "skipped_by_reason": [{"sentence": "No consent.", "n": 1}],
            "segments": {"total": 2, "spread": [{"segments": 2, "n": 1}]},
            "rewritten": {"n_cut": 0, "n_respelled": 0, "segments_saved": 0, "replaced": []},
            "variants": [],
            "weight": None,
            "checks": [],
        },
    }
    return report | changes


def _campaign(**progress: Any) -> dict[str, Any]:
    counted = dict.fromkeys(STATES, 0) | {"waiting": None, "channels": []}
    return {
        "name": "Menu",
        "group_name": "Offers",
        "media": [],
        "progress": counted | {"skipped_by_reason": [], "failed_by_reason": []} | progress,
    }


@pytest.mark.parametrize("state", STATES)
def test_every_state_counts_as_accounted_for_and_has_words_of_its_own(state: str) -> None:
    campaign = _campaign(**{state: 3})
    assert adds_up(rows_of(_report(), campaign))
    text = report_text(_report(), campaign, is_here=False)
    assert text.count("        3  ") == 1
    assert "accounted" not in text


def test_rows_that_are_missing_from_the_figures_are_owned_up_to() -> None:
    text = report_text(_report(), _campaign(delivered=2), is_here=False)
    assert "Only 4 of them are accounted for." in text


def test_failures_and_skips_stand_below_their_line_with_their_reasons() -> None:
    campaign = _campaign(
        failed=1,
        skipped=2,
        failed_by_reason=[{"sentence": "Refused.", "n": 1}],
        skipped_by_reason=[{"sentence": "No consent.", "n": 2}],
    )
    lines = [line.strip() for line in report_text(_report(), campaign, is_here=False).splitlines()]
    assert lines[lines.index("2  left out by rule") + 1] == "2  No consent."
    assert lines[lines.index("1  failed: the carrier did not take them") + 1] == "1  Refused."


@pytest.mark.parametrize(
    ("progress", "is_here", "words"),
    [
        ({"queued": 3}, True, "What still waits goes out while"),
        ({"held": 3}, True, "What still waits goes out while"),
        ({"sent": 3}, True, "Links in the texts open"),
        ({"delivered": 3, "channels": [{"n": 3, "channel": "sms_link", "sentence": "s"}]}, True, "Links in the texts"),
        ({"delivered": 3, "channels": [{"n": 3, "channel": "mms", "sentence": "s"}]}, True, ""),
        ({"queued": 3}, False, ""),
    ],
)
def test_it_says_what_needs_a_server_from_now_on(progress: dict[str, Any], is_here: bool, words: str) -> None:
    text = report_text(_report(), _campaign(**progress), is_here=is_here)
    assert (words in text, "heliogram serve" in text) == (True, bool(words))


def test_more_rejected_rows_than_are_listed_are_counted_together() -> None:
    many = _report(
        n_rows=1_503, n_rejected=1_500, rejected=[_report()["rejected"][0] | {"row_number": n} for n in range(1_000)]
    )
    text = dry_run_text(many, 0)
    assert "    1,500  rows that cannot be used, or that repeat a number" in text
    assert "and 1,480 more (--json has the first 1,000)" in text
    assert text.count("This is too short.") == 20


def test_a_dry_run_adds_up_and_names_segments_and_warnings() -> None:
    report = _report()
    report["estimate"]["checks"] = [
        {"id": "carrier", "level": "warning", "title": "A carrier cannot be reached", "detail": "“SMSC” is away."},
        {"id": "audience", "level": "warning", "title": "1 person is left out", "detail": "No consent."},
        {"id": "text", "level": "pass", "title": "The text can be read", "detail": ""},
    ]
    assert adds_up(rows_of(report, None))
    text = dry_run_text(report, 16_161)
    assert "Segments of the texts: 2 (1 × 2 segments)." in text
    assert "Picture behind the link: 16,161 bytes, for 1 people." in text
    assert "A carrier cannot be reached. “SMSC” is away." in text
    assert "person is left out" not in text
    assert "can be read" not in text


@pytest.mark.parametrize(
    ("octets", "how", "words"),
    [
        (
            22_333,
            {"quality": 87, "similarity": 0.98234},
            "22,333 bytes, quality 87, similarity 0.982 (at most 721,167)",
        ),
        (
            22_333,
            {"quality": None, "similarity": 1.0},
            "22,333 bytes, similarity 1.000 (at most 721,167), to 2 people.",
        ),
        (22_333, {"quality": None, "similarity": None}, "22,333 bytes (at most 721,167), to 2 people."),
        (0, {"quality": None, "similarity": None}, "fits in no form, so a link"),
    ],
)
def test_each_route_says_what_becomes_of_the_picture(octets: int, how: dict[str, float | None], words: str) -> None:
    report = _report()
    variant = {"route": "short_code 72975", "octets": octets, "media": [how], "budget_octets": 721_167, "n": 2}
    report["estimate"]["variants"] = [variant]
    assert f"Picture from the short code 72975: {words}" in dry_run_text(report, 16_161)
    variant["media"] = [how, how]
    report["estimate"]["medium"] = "files"
    assert "2 files from the short code 72975: " in dry_run_text(report, 16_161)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_without_consent": 2}, "2 people have no consent on record for this group, so nothing goes to them."),
        ({"n_already_opted_out": 1}, "1 people have unsubscribed, and stay unsubscribed."),
    ],
)
def test_consent_is_a_sentence_in_both_reports(changes: dict[str, int], words: str) -> None:
    report = _report(**changes)
    assert words in dry_run_text(report, 0)
    assert words in report_text(report, _campaign(delivered=3), is_here=False)


def test_a_dry_run_tells_what_is_cut_and_what_is_spelled_plainly() -> None:
    report = _report()
    assert "cut" not in dry_run_text(report, 0) and "replaced" not in dry_run_text(report, 0)
    replaced = [{"character": "’", "replacement": "'", "n": 7}, {"character": "\u200b", "replacement": "", "n": 1}]
    report["estimate"]["rewritten"] = {"n_cut": 4, "n_respelled": 3, "segments_saved": 5, "replaced": replaced}
    text = dry_run_text(report, 0)
    assert "Characters replaced in 3 texts, which saves 5 segments: ’ → ' (7), \u200b → nothing (1)." in text
    assert "Texts that are too long and would be cut at a word: 4." in text
