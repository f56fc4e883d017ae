"""`heliogram media`: the library without the browser."""

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from heliogram.commands.asking import asked
from heliogram.commands.client import Api, Json
from heliogram.commands.options import AsJson, Data, Database, Key, Url, fail

media = typer.Typer(help="The library of pictures, films, sounds, cards and calendar entries.", no_args_is_help=True)

Alt = Annotated[str, typer.Option(help="What is on the picture, for who cannot see it.")]
Folder = Annotated[str, typer.Option(help="Folder of the library; empty: none.")]
MediaId = Annotated[str, typer.Argument(help="The file's id, as “heliogram media list” shows it.")]


@media.command("add")
def add(
    source: Annotated[str, typer.Argument(metavar="FILE|URL", help="A file, or the web address of one.")],
    alt: Alt = "",
    folder: Folder = "",
    as_json: AsJson = False,
    url: Url = "",
    key: Key = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Add a file, from the disk or from the web. One that is there already is not added twice."""
    words = {"alt_text": alt, "folder": folder}
    if source.startswith(("https://", "http://")):
        told = asked(lambda api: api.ask("POST", "/media/fetch", {"url": source, **words}), url, key, data, database)
    else:
        files = [("file", (Path(source).name, _octets(Path(source))))]
        told = asked(lambda api: api.post("/media", data=words, files=files), url, key, data, database)
    typer.echo(json.dumps(told, indent=1) if as_json else _added(told))


@media.command("card")
def card(
    company: Annotated[str, typer.Option(help="Company or nickname, at most 20 characters.")],
    phone: Annotated[str, typer.Option(help="Its number, or a short code.")],
    name: Annotated[str, typer.Option(help="Name of a person; without one the company is the name.")] = "",
    email: Annotated[str, typer.Option(help="An e-mail address.")] = "",
    website: Annotated[str, typer.Option(help="A web address.")] = "",
    street: Annotated[str, typer.Option(help="Street and number.")] = "",
    city: Annotated[str, typer.Option(help="City.")] = "",
    region: Annotated[str, typer.Option(help="State or region.")] = "",
    postcode: Annotated[str, typer.Option(help="Postal code.")] = "",
    country: Annotated[str, typer.Option(help="Country.")] = "",
    photo: Annotated[str, typer.Option(help="A picture: a file, or the id of one in the library.")] = "",
    folder: Folder = "",
    as_json: AsJson = False,
    url: Url = "",
    key: Key = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Make a contact card (vCard) that phones save, and keep it in the library."""
    person = {"company": company, "phone": phone, "name": name, "email": email, "website": website}
    place = {"street": street, "city": city, "region": region, "postcode": postcode, "country": country}
    is_file = Path(photo).is_file() if photo else False
    octets = _octets(Path(photo)) if is_file else b""

    async def make(api: Api) -> Json:
        photo_id = photo or None
        if is_file:
            files = [("file", (Path(photo).name, octets))]
            photo_id = str((await api.post("/media", data={}, files=files))["id"])
        body = {**person, **place, "photo_id": photo_id, "folder": folder}
        return await api.ask("POST", "/media/contact-cards", body)

    told = asked(make, url, key, data, database)
    typer.echo(json.dumps(told, indent=1) if as_json else _added(told))


@media.command("list")
def show(
    folder: Annotated[str, typer.Option(help="Only what is in this folder.")] = "",
    search: Annotated[str, typer.Option(help="Words of the name or the description.")] = "",
    as_json: AsJson = False,
    url: Url = "",
    key: Key = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """List what is in the library, the newest first."""

    async def every(api: Api) -> list[Json]:
        found: list[Json] = []
        after = ""
        while True:
            page = await api.get("/media", folder=folder, q=search, after=after, limit="200")
            found += page["items"]
            if not page["next"]:
                return found
            after = page["next"]

    found = asked(every, url, key, data, database)
    if as_json:
        typer.echo(json.dumps({"items": found}, indent=1))
        return
    for each in found:
        typer.echo(_line(each))
    if not found:
        typer.echo("Nothing matches." if folder or search else "Nothing in the library yet: heliogram media add FILE")


@media.command("describe")
def describe(
    media_id: MediaId,
    text: Annotated[str, typer.Argument(help="What is on the picture, for who cannot see it; empty: nothing.")],
    url: Url = "",
    key: Key = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Say what is on a picture. Campaigns that use it show the new words, too."""
    body = {"alt_text": text}
    told = asked(lambda api: api.ask("PATCH", f"/media/{quote(media_id, safe='')}", body), url, key, data, database)
    typer.echo(_line(told))


@media.command("mp4")
def mp4(
    media_id: MediaId,
    as_json: AsJson = False,
    url: Url = "",
    key: Key = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Make an MP4 of an animated GIF, beside it in the library: a tenth of its size. Needs ffmpeg on the server."""
    path = f"/media/{quote(media_id, safe='')}/mp4"
    told = asked(lambda api: api.ask("POST", path), url, key, data, database)
    typer.echo(json.dumps(told, indent=1) if as_json else _added(told))


@media.command("remove")
def remove(media_id: MediaId, url: Url = "", key: Key = "", data: Data = None, database: Database = None) -> None:
    """Take a file out of the library; refused while a campaign or a message uses it."""
    asked(lambda api: api.ask("DELETE", f"/media/{quote(media_id, safe='')}"), url, key, data, database)
    typer.echo("Removed.")


def _octets(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}.")


def _added(told: Json) -> str:
    return f"{'Was there already' if told['is_known'] else 'Added'}: {_line(told)}"


def _line(each: Json) -> str:
    """“id  name  type  size  [folder]  description”."""
    sides = f", {each['width']} × {each['height']}" if each["width"] else ""
    folder = f"  [{each['folder']}]" if each["folder"] else ""
    words = f"  {each['alt_text']}" if each["alt_text"] else ""
    return (
        f"{each['id']}  {each['filename']}  {each['content_type']}{sides}, {each['n_octets']:,} octets{folder}{words}"
    )
