"""Debian's Kannel as a client: `bearerbox` keeps the links, `smsbox` has the HTTP interface and calls our server back.

What Kannel was told comes over HTTP: receipts to the `dlr-url` of a send, texts of phones to the URL of its service.
"""

import os
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode, urlsplit
from xml.etree import ElementTree

from tests.peers.conftest import not_here
from tests.whole.stage import Process, StageError, free_port, wait_until

PASSWORD = "bench-7"
WITHIN_S = 20.0
# Debian keeps daemons where only root's PATH looks.
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"))
_CORE = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {password}
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal
sms-resend-freq = 1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {sending}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = peer
password = {password}
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{ours}/text?link=%i&from=%p&to=%P&charset=%C&octets=%b"
"""
_LINK = """
group = smsc
smsc = smpp
smsc-admin-id = {name}
host = 127.0.0.1
system-type = ""
interface-version = 34
source-addr-autodetect = true
dest-addr-ton = 1
dest-addr-npi = 1
reconnect-delay = 1
smsc-username = heliogram
{own}
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One call of Kannel's to us: `/receipt` or `/text`."""

    path: str
    said: dict[str, str]
    octets: bytes
    """The text as it came, before any charset."""

    @property
    def text(self) -> str:
        return self.octets.decode(self.said["charset"])


@dataclass(frozen=True, slots=True)
class Kannel:
    ours: str
    """Where our server is."""
    sending: int
    admin: int
    told: list[Told] = field(default_factory=list)

    def send(self, text: str, *, link: str, **more: str | int) -> str:
        """Send a text through a link, with all of its receipts told. Returns what Kannel answers."""
        asked: dict[str, str | int] = {"username": "peer", "password": PASSWORD, "smsc": link, "charset": "UTF-8"}
        asked |= {"text": text, "dlr-mask": 31, "dlr-url": f"{self.ours}/receipt?news=%d&id=%F&said=%A&name={link}"}
        url = f"http://127.0.0.1:{self.sending}/cgi-bin/sendsms?{urlencode(asked | more)}"
        with urllib.request.urlopen(url, timeout=WITHIN_S) as answer:
            return str(answer.read().decode())

    def links(self) -> dict[str, str]:
        """How each link is, in Kannel's word: "online 3s", "connecting", "re-connecting"."""
        url = f"http://127.0.0.1:{self.admin}/status.xml?password={PASSWORD}"
        with urllib.request.urlopen(url, timeout=WITHIN_S) as answer:
            page = ElementTree.fromstring(answer.read())
        found = page.iterfind("./smscs/smsc")
        return {each.findtext("admin-id", ""): each.findtext("status", "") for each in found}

    def wait_for_link(self, name: str, word: str) -> None:
        try:
            wait_until(f"Kannel's link {name} is {word}", lambda: self._is(name, word), within_s=WITHIN_S)
        except StageError as late:
            raise StageError(f"{late}: {self.links()}") from None

    def wait_for(self, n: int, path: str, **said: str) -> list[Told]:
        """Wait until we were called that often so, and return the calls."""

        def found() -> list[Told] | None:
            calls = [each for each in list(self.told) if each.path == path and said.items() <= each.said.items()]
            return calls if len(calls) >= n else None

        return list(wait_until(f"{n} calls of {path} with {said}", found, within_s=WITHIN_S))

    def _is(self, name: str, word: str) -> bool:
        try:
            return self.links().get(name, "").startswith(word)
        except (urllib.error.URLError, OSError):
            return False  # it has only just started


@contextmanager
def running_kannel(folder: Path, links: dict[str, Sequence[str]]) -> Iterator[Kannel]:
    """A Kannel with these links, each by its name and its own lines of the configuration; it ends with the block.

    Several links of one `smsc-id` serve one carrier.
    """
    boxes = [_found(name) for name in ("bearerbox", "smsbox")]
    told: list[Told] = []
    processes: list[Process] = []
    with _our_server(told) as ours:
        kannel = Kannel(ours, free_port(), free_port(), told)
        ports = {"admin": kannel.admin, "boxes": free_port(), "sending": kannel.sending}
        groups = [_CORE.format(**ports, password=PASSWORD, ours=ours)]
        groups += [_LINK.format(name=name, own="\n".join(own)) for name, own in links.items()]
        (folder / "kannel.conf").write_text("".join(groups))
        try:
            for box, port in zip(boxes, (kannel.admin, kannel.sending), strict=True):
                processes.append(_started(box, folder))
                _wait_until_it_listens(processes[-1], port)
            yield kannel
        finally:
            for process in reversed(processes):
                process.stop()


def _found(name: str) -> str:
    return shutil.which(name, path=_PATH) or not_here(f"{name} is not installed: Debian has it in the package kannel.")


def _started(box: str, folder: Path) -> Process:
    log = folder / f"{Path(box).name}.log"
    with log.open("wb") as out:
        command = [box, "-v", "0", "kannel.conf"]
        popen = subprocess.Popen(
            command, cwd=folder, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True
        )
    return Process(popen, log)


def _wait_until_it_listens(process: Process, port: int) -> None:
    def listens() -> bool:
        if not process.is_alive():
            raise StageError(f"ended at once: {process.tail()}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
        except urllib.error.HTTPError:
            return True  # it has no page there, but it said so
        except (urllib.error.URLError, OSError):
            return False
        return True

    wait_until(f"{process.log.stem} answers", listens, within_s=WITHIN_S)


@contextmanager
def _our_server(told: list[Told]) -> Iterator[str]:
    """The address of a server that keeps what it is told and answers 200."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            told.append(Told(url.path, dict(parse_qsl(url.query, errors="replace")), _octets_of(url.query)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def _octets_of(query: str) -> bytes:
    _before, _, octets = query.partition("octets=")
    return unquote_to_bytes(octets.replace("+", " "))
