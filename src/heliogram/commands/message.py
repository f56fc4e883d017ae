"""`heliogram message ID`: everything that happened to one message, as the dashboard tells it."""

import json
from typing import Annotated, Any

import typer

from heliogram.commands.client import Refused, open_api
from heliogram.commands.local import NoWorkspace
from heliogram.commands.options import Data, Database, config_of, fail, run


def message(
    message_id: Annotated[str, typer.Argument(help="The message's id, or the number it went to for the latest.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show a message's timeline: every rule, attempt and receipt."""

    async def read() -> Any:
        async with open_api(config_of(data=data, database=database)) as api:
            if message_id.startswith("+"):
                found = (await api.get("/messages", q=message_id, limit="1"))["items"]
                if not found:
                    raise Refused(f"No message went to {message_id}.")
                return await api.get(f"/messages/{found[0]['id']}")
            return await api.get(f"/messages/{message_id}")

    try:
        told = run(read())
    except (Refused, NoWorkspace) as error:
        fail(str(error))
    typer.echo(json.dumps(told, indent=1) if as_json else _text(told))


def _text(told: dict[str, Any]) -> str:
    head = f"{told['phone']}  {told['state']}  {told['group_name']}  {told['campaign_name'] or ''}".rstrip()
    lines = [told["id"], head, "", told["body"], ""]
    for step in told["timeline"]:
        lines.append(f"{step['at'][11:23]}  {step['title']}")
        if step["detail"]:
            lines.append(f"              {step['detail']}")
        lines += [f"              {fact['label']}: {fact['value']}" for fact in step["facts"]]
        if step["raw"]:
            lines += [f"              | {line}" for line in step["raw"].splitlines()]
    return "\n".join(lines)
