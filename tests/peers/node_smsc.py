"""npm's `smpp` as an SMSC: `node/smsc.mjs` in a process, driven over its stdin and heard over its stdout."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hatch_build import NoNode, find_node
from tests.peers.conftest import not_here

FOLDER = Path(__file__).parent / "node"
WITHIN_S = 20.0


@dataclass(slots=True)
class NodeSmsc:
    process: Process
    port: int = 0
    heard: list[dict[str, Any]] = field(default_factory=list)
    """Everything it said, in order."""
    _unread: list[dict[str, Any]] = field(default_factory=list)

    async def tell(self, order: str, **told: Any) -> None:
        """Give an order, and wait until it is carried out."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"order": order, **told}).encode() + b"\n")
        assert (await self.hear("done"))["order"] == order

    async def hear(self, event: str) -> dict[str, Any]:
        """The first event of that name that nobody has read yet."""
        for each in self._unread:
            if each["event"] == event:
                self._unread.remove(each)
                return each
        assert self.process.stdout is not None
        async with asyncio.timeout(WITHIN_S):
            while line := await self.process.stdout.readline():
                self.heard.append(json.loads(line))
                if self.heard[-1]["event"] == event:
                    return self.heard[-1]
                self._unread.append(self.heard[-1])
        raise AssertionError(f"it ended before it said {event!r}; it said {self.heard}")


@asynccontextmanager
async def node_smsc() -> AsyncIterator[NodeSmsc]:
    if not (FOLDER / "node_modules").is_dir():
        not_here("npm's smpp is not installed: make peers installs it.")
    try:
        node, _npm = find_node()
    except NoNode as missing:
        not_here(f"There is no Node for npm's smpp: {missing}.")
    process = await asyncio.create_subprocess_exec(node, "smsc.mjs", cwd=FOLDER, stdin=PIPE, stdout=PIPE)
    made = NodeSmsc(process)
    try:
        made.port = (await made.hear("listening"))["port"]
        yield made
    finally:
        assert process.stdin is not None
        process.stdin.close()  # it ends with its stdin
        async with asyncio.timeout(WITHIN_S):
            await process.wait()
