"""`heliogram send`: the main job without the browser. Every row of the file is accounted for at the end.

Exit codes: 0 everyone is handed over, held, or left out by rule; 2 bad input, nothing was sent; 3 some failed, or
their fate is not known.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from heliogram.commands.client import Api, Refused, open_api
from heliogram.commands.local import NoWorkspace
from heliogram.commands.options import Data, Database, config_of, fail, run
from heliogram.commands.report import dry_run_text, report_text

SOME_FAILED: Final = 3
POLL_S: Final = 0.3
SETTLE_S: Final = 5.0
"""How long receipts may still come in before the report is written: it says how many had not."""

Show = Callable[[dict[str, Any]], None]


def send(
    group: Annotated[str, typer.Option(help="Name of the subscription group.")],
    to: Annotated[Path, typer.Option(help="CSV of people, with a column named phone.")],
    text: Annotated[
        str, typer.Option(help="The text; {{ first_name | default: 'there' }} and the like are filled in.")
    ],
    media: Annotated[Path | None, typer.Option(help="The picture: JPEG, PNG or GIF.")] = None,
    attest_consent: Annotated[str, typer.Option(help="How and when these people agreed; recorded for each.")] = "",
    as_link: Annotated[bool, typer.Option(help="Send a text with a link to the picture to everyone.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Count what would happen; store and send nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
    wait: Annotated[bool, typer.Option(help="Stay until everything is handed over.")] = True,
    url: Annotated[str, typer.Option(envvar="HELIOGRAM_URL", help="Address of a server elsewhere.")] = "",
    key: Annotated[str, typer.Option(envvar="HELIOGRAM_API_KEY", help="Its API key.")] = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Send a text and a picture to the people of a file."""
    fields = {"group": group, "text": text, "attest_consent": attest_consent, "dry_run": str(dry_run).lower()}
    if as_link:
        fields["content"] = "text_link"
    files = {"people": (to.name, _read(to))}
    if media is not None:
        files["media"] = (media.name, _read(media))
    console = Console(stderr=True)

    async def work() -> tuple[dict[str, Any], dict[str, Any] | None]:
        async with open_api(config_of(data=data, database=database), url=url, key=key) as api:
            report = await api.post("/sends", data=fields, files=files)
            if report["campaign"] is None:
                return report, None
            with _bar(console, is_shown=not as_json) as show:
                return report, await _follow(api, report["campaign"]["id"], show, until_handed_over=wait)

    try:
        report, campaign = run(work())
    except (Refused, NoWorkspace) as error:
        fail(str(error))
    except httpx.HTTPError as error:
        fail(f"The server at {url} does not answer: {error}.")
    if as_json:
        typer.echo(json.dumps({**report, "campaign": campaign}, indent=1))
    else:
        typer.echo(dry_run_text(report) if campaign is None else report_text(report, campaign))
    if campaign is not None and _has_failures(campaign):
        raise typer.Exit(SOME_FAILED)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}.")


class _Bar:
    """A live progress bar on the terminal, or nothing."""

    def __init__(self, console: Console, is_shown: bool) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not is_shown,
        )
        self._task = self._progress.add_task("Handing over", total=None, note="")

    def __enter__(self) -> Show:
        self._progress.start()
        return self.show

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def show(self, progress: dict[str, Any]) -> None:
        left = progress["queued"] + progress["sending"]
        note = progress["waiting"] or f"{progress['delivered']:,} confirmed"
        self._progress.update(self._task, total=progress["total"], completed=progress["total"] - left, note=note)


def _bar(console: Console, *, is_shown: bool) -> _Bar:
    return _Bar(console, is_shown)


async def _follow(api: Api, campaign_id: str, show: Show, *, until_handed_over: bool) -> dict[str, Any]:
    """Until everything is handed over and the receipts have stopped coming, or at once."""
    settled_s = 0.0
    before = -1
    while True:
        campaign: dict[str, Any] = await api.get(f"/campaigns/{campaign_id}")
        progress = campaign["progress"]
        show(progress)
        is_over = campaign["state"] in ("done", "canceled", "paused") and not progress["sending"]
        if not until_handed_over or (is_over and (not progress["sent"] or settled_s >= SETTLE_S)):
            return campaign
        # Only a quiet time counts: as long as receipts come in, there is something to wait for.
        settled_s = settled_s + POLL_S if is_over and progress["sent"] == before else 0.0
        before = progress["sent"]
        await asyncio.sleep(POLL_S)


def _has_failures(campaign: dict[str, Any]) -> bool:
    progress = campaign["progress"]
    return bool(progress["failed"] or progress["unknown"])
