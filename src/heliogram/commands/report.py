"""The reports of `heliogram send`, in words. Their figures add up to the rows of the file."""

from typing import Any

_CHANNELS = {"mms": "as picture message (MMS)", "sms_link": "as text with a link (SMS)", "sms": "as text (SMS)"}
_STATES = (
    ("delivered", "confirmed on the handset"),
    ("sent", "handed over, not confirmed yet"),
    ("undelivered", "not delivered, says the network"),
    ("failed", "refused by the carrier"),
    ("unknown", "no answer came: not repeated by itself"),
    ("held", "held until their time"),
    ("queued", "still waiting"),
    ("sending", "on their way to the carrier"),
    ("canceled", "canceled"),
    ("skipped", "left out by rule"),
)


def dry_run_text(report: dict[str, Any]) -> str:
    estimate = report["estimate"]
    lines = ["Dry run: nothing was stored or sent.", *_file(report), ""]
    lines += [
        _line(way["n"], f"{_CHANNELS[way['channel']]}: {way['sentence']}") for way in estimate["channels_by_reason"]
    ]
    lines += _skipped(estimate["skipped_by_reason"])
    lines += ["", *_segments(estimate["segments"])]
    if estimate["weight"]:
        lines.append(estimate["weight"]["sentence"])
    for variant in estimate["variants"]:
        size = f"{variant['octets']:,} bytes" if variant["octets"] else "fits in no form, so a link goes instead"
        lines.append(
            f"Picture by {variant['route']}: {size} (at most {variant['budget_octets']:,}), {variant['n']:,} people"
        )
    return "\n".join([*lines, *_consent(report), *_rejected(report)])


def report_text(report: dict[str, Any], campaign: dict[str, Any]) -> str:
    progress = campaign["progress"]
    lines = [*_file(report), ""]
    lines += [_line(progress[state], words) for state, words in _STATES if progress[state]]
    lines += [f"    {_line(each['n'], each['sentence'])}" for each in progress["skipped_by_reason"]]
    lines += [f"    {_line(each['n'], each['sentence'])}" for each in progress["failed_by_reason"]]
    lines.append("")
    lines += [_line(way["n"], f"{_CHANNELS[way['channel']]}: {way['sentence']}") for way in progress["channels"]]
    n_accounted = sum(progress[state] for state, _words in _STATES) + report["n_rejected"]
    lines += ["", f"Rows of the file: {report['n_rows']:,}. Accounted for: {n_accounted:,}."]
    if progress["waiting"]:
        lines.append(progress["waiting"])
    return "\n".join([*lines, *_consent(report), *_rejected(report)])


def _file(report: dict[str, Any]) -> list[str]:
    n = report["n_rejected"]
    rejected = f", {n:,} rows cannot be used" if n else ""
    return [f"{report['n_people']:,} people in {report['n_rows']:,} rows{rejected}."]


def _skipped(reasons: list[dict[str, Any]]) -> list[str]:
    return [_line(each["n"], f"left out: {each['sentence']}") for each in reasons]


def _segments(segments: dict[str, Any]) -> list[str]:
    if not segments["total"]:
        return []
    spread = ", ".join(f"{each['n']:,} × {each['segments']}" for each in segments["spread"])
    return [f"Segments of the texts: {segments['total']:,} ({spread})."]


def _consent(report: dict[str, Any]) -> list[str]:
    lines = []
    if n := report["n_without_consent"]:
        lines.append(
            f"{n:,} people have no consent on record for this group, so nothing goes to them. If they agreed, say how "
            'and when with --attest-consent "…".'
        )
    if n := report["n_already_opted_out"]:
        lines.append(f"{n:,} people have unsubscribed, and stay unsubscribed.")
    return ["", *lines] if lines else []


def _rejected(report: dict[str, Any]) -> list[str]:
    shown = report["rejected"][:20]
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


def _line(n: int, words: str) -> str:
    return f"{n:>9,}  {words}"
