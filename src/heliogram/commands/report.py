"""The reports of `heliogram send`, in words. Their figures add up to the rows of the file."""

from collections.abc import Mapping
from typing import Any, Final

from heliogram.media.nouns import about, first, noun_of

Json = Mapping[str, Any]

_WOULD: Final = {
    "mms": "would get the picture (MMS)",
    "sms_link": "would get a text with a link to the picture (SMS + link)",
    "sms": "would get the text (SMS)",
}
_WENT: Final = {
    "mms": "as picture message (MMS)",
    "sms_link": "as text with a link to the picture (SMS + link)",
    "sms": "as text (SMS)",
}
_STATES: Final = (
    ("delivered", "confirmed on the phone"),
    ("sent", "handed over, not confirmed yet"),
    ("undelivered", "handed over, but the network could not deliver them"),
    ("failed", "failed: the carrier did not take them"),
    ("unknown", "not known: no answer came, and they are not sent again by themselves"),
    ("held", "held until their time"),
    ("queued", "still waiting to be handed over"),
    ("sending", "being handed over"),
    ("canceled", "canceled"),
    ("skipped", "left out by rule"),
)
N_SHOWN: Final = 20


def rows_of(report: Json, campaign: Json | None) -> dict[str, int]:
    """What became of every row of the file: `rows` of it, `accounted` for by the other figures."""
    found = {"rejected": report["n_rejected"]}
    if campaign is None:
        estimate = report["estimate"]
        found |= {channel: estimate[channel] for channel in _WOULD} | {"skipped": estimate["skipped"]}
    else:
        found |= {state: campaign["progress"][state] for state, _words in _STATES}
    return {"rows": report["n_rows"], "accounted": sum(found.values()), **found}


def dry_run_text(report: Json, n_media_octets: int) -> str:
    """What a send would do. `n_media_octets` is the size of all media as they are, 0 for none."""
    estimate = report["estimate"]
    noun = estimate["medium"]
    lines = ["Dry run: nothing was stored or sent.", ""]
    lines += [_line(estimate[channel], about(words, noun)) for channel, words in _WOULD.items() if channel != "sms"]
    if estimate["sms"]:
        lines.append(_line(estimate["sms"], _WOULD["sms"]))
    lines.append(_line(estimate["skipped"], "would be left out"))
    lines += _reasons(estimate["skipped_by_reason"])
    lines += [*_rejected_lines(report), *_total(report, None), ""]
    lines += [_way(way, noun) for way in estimate["channels_by_reason"]]
    lines += [
        *_spaced(
            [_segments(estimate["segments"]), *_rewritten(estimate["rewritten"]), *_pictures(estimate, n_media_octets)]
        )
    ]
    lines += _spaced([f"{check['title']}. {check['detail']}".strip() for check in _warnings(estimate)])
    return "\n".join([*lines, *_consent(report), *_rejected(report)])


def report_text(report: Json, campaign: Json, *, is_here: bool) -> str:
    """What a send did. `is_here`: no server goes on with it when this command ends."""
    progress = campaign["progress"]
    lines = [f"“{campaign['name']}” to {report['n_people']:,} people of “{campaign['group_name']}”", ""]
    for state, words in _STATES:
        if progress[state]:
            lines.append(_line(progress[state], words))
            lines += _reasons(progress["skipped_by_reason"]) if state == "skipped" else []
            lines += _reasons(progress["failed_by_reason"]) if state == "failed" else []
    lines += [*_rejected_lines(report), *_total(report, campaign)]
    noun = noun_of([each["content_type"] for each in campaign["media"]])
    lines += _spaced([_way(way, noun) for way in progress["channels"]])
    lines += _spaced([progress["waiting"] or "", _goes_on(progress) if is_here else ""])
    return "\n".join([*lines, *_consent(report), *_rejected(report)])


def _way(way: Json, noun: str) -> str:
    return _line(way["n"], f"{about(_WENT[way['channel']], noun)}: {way['sentence']}")


def _reasons(reasons: list[Json]) -> list[str]:
    return [f"    {_line(each['n'], each['sentence'])}" for each in reasons]


def _rejected_lines(report: Json) -> list[str]:
    n = report["n_rejected"]
    n_twice = sum(each["reason"] == "duplicate" for each in report["rejected"])
    if len(report["rejected"]) < n:  # not all of them are listed
        return [_line(n, "rows that cannot be used, or that repeat a number")]
    lines = [_line(n_twice, "with the number of an earlier row")] if n_twice else []
    return [*lines, *([_line(n - n_twice, "with a number or a row that cannot be used")] if n > n_twice else [])]


def _total(report: Json, campaign: Json | None) -> list[str]:
    rows = rows_of(report, campaign)
    lines = ["─" * 9, _line(rows["rows"], "rows in the file")]
    if rows["accounted"] != rows["rows"]:
        lines.append(f"Only {rows['accounted']:,} of them are accounted for. Please tell whoever runs this server.")
    return lines


def _segments(segments: Json) -> str:
    spread = ", ".join(
        f"{each['n']:,} × {each['segments']} segment{'' if each['segments'] == 1 else 's'}"
        for each in segments["spread"]
    )
    return f"Segments of the texts: {segments['total']:,}" + (f" ({spread})." if spread else ".")


def _rewritten(rewritten: Json) -> list[str]:
    lines = []
    if n := rewritten["n_respelled"]:
        saved = rewritten["segments_saved"]
        what = ", ".join(
            f"{each['character']} → {each['replacement'] or 'nothing'} ({each['n']:,})"
            for each in rewritten["replaced"]
        )
        lines.append(f"Characters replaced in {n:,} texts, which saves {saved:,} segments: {what}.")
    if n := rewritten["n_cut"]:
        lines.append(f"Texts that are too long and would be cut at a word: {n:,}.")
    return lines


def _pictures(estimate: Json, n_media_octets: int) -> list[str]:
    lines = [estimate["weight"]["sentence"]] if estimate["weight"] else []
    for variant in estimate["variants"]:
        size = f"{variant['octets']:,} bytes" if variant["octets"] else "fits in no form, so a link goes instead"
        if len(variant["media"]) == 1 and variant["octets"]:
            size += _how_well(variant["media"][0])
        route = variant["route"].replace("_", " ")
        at_most = f"at most {variant['budget_octets']:,}"
        n, noun = len(variant["media"]), estimate["medium"]
        what = f"{n} {noun}" if n > 1 else first(noun)
        lines.append(f"{what} from the {route}: {size} ({at_most}), to {variant['n']:,} people.")
    if n_media_octets and estimate["sms_link"]:
        what = f"{first(estimate['medium'])} behind the link"
        lines.append(f"{what}: {n_media_octets:,} bytes, for {estimate['sms_link']:,} people.")
    return lines


def _how_well(fitted: Json) -> str:
    """What the route's budget cost a picture, where that was measured."""
    if fitted["similarity"] is None:
        return ""
    quality = f", quality {fitted['quality']}" if fitted["quality"] is not None else ""
    return f"{quality}, similarity {fitted['similarity']:.3f}"


def _warnings(estimate: Json) -> list[Json]:
    """What the review warns of, without the audience, which stands above in figures."""
    return [each for each in estimate["checks"] if each["level"] == "warning" and each["id"] != "audience"]


def _goes_on(progress: Json) -> str:
    """What no longer happens when the server in this process ends."""
    if progress["queued"] or progress["sending"] or progress["held"]:
        return "What still waits goes out while “heliogram serve” runs."
    if progress["sent"] or any(way["channel"] == "sms_link" for way in progress["channels"]):
        return "Links in the texts open, and late receipts and replies come in, while “heliogram serve” runs."
    return ""


def _consent(report: Json) -> list[str]:
    lines = []
    if n := report["n_without_consent"]:
        lines.append(
            f"{n:,} people have no consent on record for this group, so nothing goes to them. If they agreed, say how "
            'and when with --attest-consent "…".'
        )
    if n := report["n_already_opted_out"]:
        lines.append(f"{n:,} people have unsubscribed, and stay unsubscribed.")
    return _spaced(lines)


def _rejected(report: Json) -> list[str]:
    shown = report["rejected"][:N_SHOWN]
    if not shown:
        return []
    lines = [f"  Row {each['row_number']:,} “{each['value']}”: {each['sentence']}" for each in shown]
    more = report["n_rejected"] - len(shown)
    return [
        "",
        "Rows that cannot be used:",
        *lines,
        *([f"  and {more:,} more (--json has the first 1,000)"] if more else []),
    ]


def _spaced(lines: list[str]) -> list[str]:
    """The lines that say something, with an empty line before them."""
    said = [line for line in lines if line]
    return ["", *said] if said else []


def _line(n: int, words: str) -> str:
    return f"{n:>9,}  {words}"
