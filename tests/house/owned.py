"""The rule that one workspace never sees another's rows: every owned table names its workspace, every query asks.

A query asks by the workspace itself, or by an id that came out of such a query. The second is a convention that the
source alone cannot prove, so the ids that count are listed with the reason, and tests of both kinds of doors try.
"""

import ast
from collections.abc import Iterator

from tests.house.source import Function, Source

NOT_OWNED = {"workspaces": "the owner itself", "duties": "of processes, which work for everybody"}

# What stands for the workspace in a parameter list, and why it does.
SCOPES = {
    "workspace_id": "the workspace itself",
    "account_id": "an account of the process, loaded with its workspace; its callbacks carry an id nobody guesses",
    "lane": "a leased lane, which names its workspace",
    "lane_id": "came with a lease",
    "lane_ids": "came with leases",
    "campaign_id": "asked for with its workspace before (`campaigns.one`), or of the expander's own rows",
    "campaign_ids": "of rows asked for with their workspace",
    "message_id": "asked for with its workspace before (`history.message`), or claimed from a lane",
    "message_ids": "claimed from a lane, or found by an account's carrier ids",
    "inbound_id": "of a medium that was claimed",
    "album_id": "named by a message, a campaign or a link, and made of media of their workspace",
    "media_id": "named by a message or a campaign, which were only given media of their workspace",
    "group_id": "named by a message or a campaign, which were only given groups of their workspace",
    "row": "a whole row, which names its workspace",
    "shown": "what a row shows, which names its workspace",
    "rows": "whole rows, each of which names its workspace",
    "deltas": "counters, each of which names its workspace",
    "ids": "of rows the reader locked",
    "token": "a public link's secret: whoever has it may see what it shows",
    "token_hash": "a session's or sign-in link's secret, which says whose it is",
    "prefix": "an API key's public half, which says whose it is",
}
OF_EVERY_WORKSPACE = {
    "access.workspaces_all": "the list of owners",
    "access.forget_keys": "their age alone decides",
    "alerts.every": "the process that has the duty looks for everybody; each row names its workspace",
    "alerts.take_duty": "by the owner of the duty, which is a process",
    "cancellations.pending": "the canceler works for everybody; each row names its workspace",
    "campaigns.with_state": "the expander and the finisher work for everybody",
    "inbound.unread": "the reader works for everybody; each row names its workspace",
    "inbound_media.claim": "the gatherer works for everybody; each row names its workspace",
    "lanes.with_work": "the worker works for everybody; each lane names its workspace",
    "lanes.release": "by the owner of the leases, which is a process",
    "questions.waiting": "the asker works for everybody; each message is asked about through its own account",
    "senders.all_accounts": "what a process connects to at its start",
}


def unscoped(file: Source) -> Iterator[str]:
    """A public function of storage with a connection asks by the workspace, or by what a workspace's query gave."""
    module = file.path.rpartition("/")[2].removesuffix(".py")
    for function in file.tree.body:
        if not isinstance(function, ast.AsyncFunctionDef) or function.name[0] == "_" or not _has_connection(function):
            continue
        name = f"{module}.{function.name}"
        given = _parameters(function) & SCOPES.keys()
        if not given and name not in OF_EVERY_WORKSPACE:
            yield f"{function.lineno} {name} asks for rows of every workspace"
        elif "workspace_id" in given and not _uses(function, "workspace_id"):
            yield f"{function.lineno} {name} takes the workspace and does not ask by it"


def every_workspace_named(files: tuple[Source, ...]) -> set[str]:
    """The functions of storage there are, as the list above names them."""
    return {
        f"{file.path.rpartition('/')[2].removesuffix('.py')}.{function.name}"
        for file in files
        for function in file.functions()
    }


def _has_connection(function: Function) -> bool:
    return any(
        isinstance(each.annotation, ast.Name) and each.annotation.id == "AsyncConnection" for each in function.args.args
    )


def _parameters(function: Function) -> set[str]:
    return {each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}


def _uses(function: Function, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(function))
