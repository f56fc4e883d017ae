"""The pictures' workshop: a few child processes that decode and re-encode, each job bounded in time.

The server goes on answering meanwhile, and a file that kills its child costs a refusal.
"""

import asyncio
import contextlib
import os
import signal
import struct
import sys
from typing import Any, Final

import msgspec

from heliogram.media.fit import Variant
from heliogram.media.kinds import other_reader
from heliogram.media.plan import Budget
from heliogram.media.probe import MediaRefused, Picture, probe

N_CHILDREN = 2
JOB_TIMEOUT_S = 30.0
NO_FFMPEG: Final = (
    "This server has no ffmpeg, which makes an MP4 of an animation. Whoever runs the server can install ffmpeg or "
    "heliogram[video], or name one with HELIOGRAM_FFMPEG."
)
_NO_ANSWER: Final = {"film": f"An MP4 of this animation could not be made within {JOB_TIMEOUT_S:.0f} seconds."}
_LENGTH = struct.Struct(">I")


class Workshop:
    """`inspect` reads a file, a picture to its last pixel; `fit` makes a variant. Each raises MediaRefused.

    `bare` is a sound or a film without what it tells of its maker. `film` makes an MP4 of an animation by `ffmpeg`, a
    program (see `media.ffmpeg`), "" for none.
    """

    def __init__(self, n_children: int = N_CHILDREN, *, job_timeout_s: float = JOB_TIMEOUT_S, ffmpeg: str = "") -> None:
        self._ffmpeg = ffmpeg
        self._room = asyncio.Semaphore(n_children)
        self._job_timeout_s = job_timeout_s
        self._idle: list[asyncio.subprocess.Process] = []

    @property
    def makes_films(self) -> bool:
        return bool(self._ffmpeg)

    async def inspect(self, octets: bytes) -> Picture:
        if other_reader(octets) is None:
            await _look_at_header(octets)
        answer = await self._do({"do": "inspect", "octets": octets})
        return msgspec.convert(answer["picture"], Picture)

    async def bare(self, octets: bytes) -> bytes:
        answer = await self._do({"do": "bare", "octets": octets})
        return bytes(answer["octets"])

    async def fit(self, octets: bytes, budget: Budget) -> Variant:
        return await self._make(octets, budget, do="fit", as_jpeg=budget.content_types == ("image/jpeg",))

    async def film(self, octets: bytes, budget: Budget) -> Variant:
        if not self._ffmpeg:
            raise MediaRefused("no_ffmpeg", NO_FFMPEG)
        return await self._make(octets, budget, do="film", program=self._ffmpeg)

    async def _make(self, octets: bytes, budget: Budget, **job: str | bool) -> Variant:
        await _look_at_header(octets)
        sides = {"max_width": budget.max_width, "max_height": budget.max_height}
        answer = await self._do({**job, "octets": octets, "max_octets": budget.octets, **sides})
        return msgspec.convert(answer["variant"], Variant)

    async def close(self) -> None:
        """End the children."""
        for child in self._idle:
            await _end(child)
        self._idle.clear()

    async def _do(self, job: dict[str, Any]) -> dict[str, Any]:
        async with self._room:
            try:
                answer = await self._answer(job)
            except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as problem:
                sentence = _NO_ANSWER.get(job["do"], "The picture could not be read: it is damaged or too large.")
                raise MediaRefused("could_not_read", sentence) from problem
        if "refused" in answer:
            raise MediaRefused(*answer["refused"])
        return answer

    async def _answer(self, job: dict[str, Any]) -> dict[str, Any]:
        """Ask an idle child, or a new one: the idle may have ended since, which is not this picture's fault."""
        while self._idle:
            try:
                return await self._ask(self._idle.pop(), job)
            except (asyncio.IncompleteReadError, ConnectionError):
                continue
        return await self._ask(await _new_child(), job)

    async def _ask(self, child: asyncio.subprocess.Process, job: dict[str, Any]) -> dict[str, Any]:
        """The child's answer; a child that gives none is ended."""
        try:
            async with asyncio.timeout(self._job_timeout_s):
                answer = await _exchange(child, job)
        except BaseException:
            await _end(child)
            raise
        self._idle.append(child)
        return answer


async def _look_at_header(octets: bytes) -> None:
    """What the header gives away needs no child; a GIF of many frames has a header all over, so not on the loop."""
    await asyncio.to_thread(probe, octets)


async def _new_child() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "heliogram.media.child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        # One group with what it starts. And Ctrl-C is for the server, which ends its children; they end with their
        # input, too.
        start_new_session=True,
    )


async def _exchange(child: asyncio.subprocess.Process, job: dict[str, Any]) -> dict[str, Any]:
    assert child.stdin is not None and child.stdout is not None
    if child.stdin.is_closing():
        raise ConnectionResetError("the child has ended")  # uvloop says RuntimeError to who writes all the same
    octets = msgspec.msgpack.encode(job)
    child.stdin.write(_LENGTH.pack(len(octets)) + octets)
    await child.stdin.drain()
    (length,) = _LENGTH.unpack(await child.stdout.readexactly(_LENGTH.size))
    answer: dict[str, Any] = msgspec.msgpack.decode(await child.stdout.readexactly(length))
    return answer


async def _end(child: asyncio.subprocess.Process) -> None:
    """End the process, and ffmpeg where it has one at work, and close its pipes.

    Waiting for the process alone would leave them to the garbage collector.
    """
    assert child.stdin is not None
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child.stdin.close()
    await child.communicate()
    with contextlib.suppress(ConnectionError):
        await child.stdin.wait_closed()
