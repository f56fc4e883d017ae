"""The process that decodes: bounded in memory and time, so that a hostile file ends it and nothing else.

Reads jobs on standard input and answers on standard output, each as a length of 4 octets and a MessagePack value.
"""

import resource
import struct
import sys
from typing import Any

import msgspec
import pyvips

from heliogram.media.filming import film_of
from heliogram.media.fit import decode_whole, fit
from heliogram.media.kinds import read_other, without_remarks
from heliogram.media.probe import MediaRefused

MEMORY_OCTETS = 1_500_000_000
"""Address space, not memory in use: libvips maps much more than it touches."""
CPU_S = 60
"""CPU time for one job. A limit for the child's whole life would end it in the middle of an honest picture."""

_LENGTH = struct.Struct(">I")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_OCTETS, MEMORY_OCTETS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pyvips.cache_set_max(0)  # it would keep what was made of the last pictures, and no two are the same
    # Children work side by side. Threads in each: 0.4 s instead of 0.5 for 12 MP, and up to half as much more memory.
    pyvips.concurrency_set(1)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(_LENGTH.size)) == _LENGTH.size:
        _allow_cpu(CPU_S)
        job = msgspec.msgpack.decode(source.read(*_LENGTH.unpack(head)))
        answer = msgspec.msgpack.encode(work(job))
        sink.write(_LENGTH.pack(len(answer)) + answer)
        sink.flush()


def _allow_cpu(seconds: int) -> None:
    """Let this process use so many seconds from now on; the limit itself counts from its start."""
    used_s = resource.getrusage(resource.RUSAGE_SELF)
    until_s = int(used_s.ru_utime + used_s.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until_s, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def work(job: dict[str, Any]) -> dict[str, Any]:
    """One job: `inspect`, `bare`, `film` or `fit`. A refusal is an answer."""
    try:
        if job["do"] == "inspect":
            picture = read_other(job["octets"]) or decode_whole(job["octets"])
            return {"picture": msgspec.to_builtins(picture)}
        if job["do"] == "bare":
            return {"octets": without_remarks(job["octets"])}
        limits = (job["max_octets"], job["max_width"], job["max_height"])
        if job["do"] == "film":
            variant = film_of(job["octets"], *limits, job["program"])
        else:
            variant = fit(job["octets"], *limits, as_jpeg=job.get("as_jpeg", False))
        return {"variant": msgspec.to_builtins(variant, builtin_types=(bytes,))}
    except MediaRefused as refused:
        return {"refused": [refused.code, refused.sentence]}
    except MemoryError:
        return {"refused": ["too_much_memory", "The picture needs too much memory to be read."]}


if __name__ == "__main__":
    main()
