"""`heliogram message ID`: everything that happened to one message, as the dashboard tells it."""

import json
from typing import Annotated, Any, Final

import typer

from heliogram.commands.asking import asked
from heliogram.commands.client import Api, Refused
from heliogram.commands.options import AsJson, Data, Database, Key, Url

_INDENT: Final = " " * 14


def message(
    message_id: Annotated[str, typer.Argument(help="The message's id, or the number it went to for the latest.")],
    as_json: AsJson = False,
    url: Url = "",
    key: Key = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Show a message's timeline: every rule, attempt and receipt."""

    async def read(api: Api) -> Any:
        if message_id.startswith("+"):
            return await api.get(f"/messages/{await _latest_to(api, message_id)}")
        return await api.get(f"/messages/{message_id}")

    told = asked(read, url, key, data, database)
    typer.echo(json.dumps(told, indent=1) if as_json else _text(told))


async def _latest_to(api: Api, phone: str) -> str:
    found = (await api.get("/messages", q=phone))["items"]
    for each in found:
        if each["phone"] == phone:
            return str(each["id"])
    raise Refused(f"No message went to {phone}.")


def _text(told: dict[str, Any]) -> str:
    who = f"{told['person_name']}, {told['phone']}" if told["person_name"] else told["phone"]
    came_from = f"Campaign “{told['campaign_name']}”" if told["campaign_name"] else "A single message"
    lines = [f"Message {told['id']} to {who}: {told['state']}", f"{came_from}, group “{told['group_name']}”", ""]
    # What the person reads: with the link where it stands, and the author's own text where there is one.
    read = told["link_text"] if told["link"] else told["body"]
    lines += [f"  {line}" for line in read.splitlines()]
    lines += ["", f"{told['created_at'][:10]}, times in UTC"]
    for step in told["timeline"]:
        lines.append(f"{step['at'][11:23].rstrip('Z'):<12}  {step['title']}")
        if step["detail"]:
            lines.append(f"{_INDENT}{step['detail']}")
        lines += [f"{_INDENT}{fact['label']}: {fact['value']}" for fact in step["facts"]]
        lines += [f"{_INDENT}| {line}" for line in _raw(step["raw"] or "")]
    return "\n".join(lines)


def _raw(text: str) -> list[str]:
    """An exchange in lines that can be read: XML an element a line."""
    return text.replace("><", ">\n<").splitlines()
