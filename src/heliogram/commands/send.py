"""`heliogram send`: the main job without the browser. Every row of the file is accounted for at the end.

Exit codes: 0 everyone is handed over, held, or left out by rule; 2 bad input, nothing was sent; 3 some failed, or
their fate is not known.
"""

import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from heliogram.commands.client import Api, Refused, open_api, place_of
from heliogram.commands.follow import LostSight, NotReached, bar, follow, launch
from heliogram.commands.options import BAD_INPUT, Data, Database, config_of, fail, run
from heliogram.commands.report import dry_run_text, report_text, rows_of
from heliogram.commands.rules import IfTooLong, MaxSegments, Smart, Transliterate, wishes_of

SOME_FAILED: Final = 3

FallbackText = Annotated[
    str, typer.Option(help="What phones without pictures get instead of the text; the link goes where {{ link }} is.")
]

Media = Annotated[
    list[Path] | None,
    typer.Option(help="A picture, video, sound, card, calendar entry or PDF. Again for another, up to 10, in order."),
]
Alt = Annotated[
    list[str] | None,
    typer.Option(help="What is on the picture, for who cannot see it. One for each --media, in order."),
]


def send(
    group: Annotated[str, typer.Option(help="Name of the subscription group.")],
    to: Annotated[Path, typer.Option(help="CSV of people, with a column named phone.")],
    text: Annotated[
        str, typer.Option(help="The text; {{ first_name | default: 'there' }} and the like are filled in.")
    ],
    fallback_text: FallbackText = "",
    media: Media = None,
    alt: Alt = None,
    name: Annotated[str, typer.Option(help="What to call the campaign; by default, the beginning of the text.")] = "",
    attest_consent: Annotated[str, typer.Option(help="How and when these people agreed; recorded for each.")] = "",
    as_link: Annotated[
        bool, typer.Option("--as-link", help="Send everyone a text with a link to the picture instead of the picture.")
    ] = False,
    smart: Smart = None,
    transliterate: Transliterate = None,
    max_segments: MaxSegments = None,
    too_long: IfTooLong = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would happen; store and send nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
    wait: Annotated[bool, typer.Option(help="Stay until everything is handed over.")] = True,
    url: Annotated[str, typer.Option(envvar="HELIOGRAM_URL", help="Address of a server elsewhere.")] = "",
    key: Annotated[str, typer.Option(envvar="HELIOGRAM_API_KEY", help="Its API key.")] = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Send a text and a picture to the people of a file."""
    fields = {
        "group": group,
        "text": text,
        "fallback_text": fallback_text,
        "name": name,
        "alt_text": alt or [],
        "attest_consent": attest_consent,
        "dry_run": str(dry_run).lower(),
        **{name: str(word) for name, word in wishes_of(smart, transliterate, max_segments, too_long).items()},
    }
    if as_link:
        fields["content"] = "text_link"
    say = _Said(as_json)
    shown = [("media", (each.name, say.read(each))) for each in media or ()]
    files = [("people", (to.name, say.read(to))), *shown]
    n_octets = sum(len(octets) for _field, (_name, octets) in shown)

    async def work() -> int:
        config = config_of(data=data, database=database)
        async with open_api(config, place_of(config, url=url, key=key), delivers=not dry_run) as api:
            report = await launch(api, fields, files)
            if report["campaign"] is None:
                say.result(report, None, dry_run_text(report, n_octets))
                return 0
            campaign = await _watched(api, report, wait=wait, is_quiet=as_json)
            say.result(report, campaign, report_text(report, campaign, is_here=api.is_here))
            return SOME_FAILED if has_failures(campaign) else 0

    raise typer.Exit(_ended(work(), say))


_INTERRUPTED: Final = (
    "You stopped watching. Nothing is lost: what is not handed over yet goes out while a server runs (heliogram serve)."
)


def _ended(work: Coroutine[None, None, int], say: "_Said") -> int:
    try:
        return run(work, when_interrupted=_INTERRUPTED, refuse=say.problem)
    except Refused as error:
        say.problem(str(error), error.code)
    except NotReached as error:
        say.problem(str(error))
    except LostSight as error:
        say.problem(str(error), "lost_sight", SOME_FAILED)


async def _watched(api: Api, report: dict[str, Any], *, wait: bool, is_quiet: bool) -> dict[str, Any]:
    with bar(is_shown=not is_quiet) as show:
        return await follow(api, report["campaign"]["id"], show, until_handed_over=wait)


def has_failures(campaign: dict[str, Any]) -> bool:
    """Whether some messages failed, or nobody knows what became of them."""
    progress = campaign["progress"]
    return bool(progress["failed"] or progress["unknown"])


class _Said:
    """What the command says, in words or as one JSON object."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json

    def read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            self.problem(f"{path} cannot be read: {error.strerror}.", "no_file")

    def result(self, report: dict[str, Any], campaign: dict[str, Any] | None, text: str) -> None:
        if self._as_json:
            rows = rows_of(report, campaign)
            typer.echo(json.dumps({**report, "campaign": campaign, "rows": rows}, indent=1))
        else:
            typer.echo(text)

    def problem(self, sentence: str, problem_code: str = "cannot_start", code: int = BAD_INPUT) -> NoReturn:
        if self._as_json:
            typer.echo(json.dumps({"error": {"code": problem_code, "detail": sentence}}, indent=1))
            raise typer.Exit(code)
        fail(sentence, code)
