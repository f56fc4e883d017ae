import socket
import ssl

import pytest

from heliogram.carriers.reach import why_no_connection, words_of

from .gateway import always, closed_port, gateway_answering


async def test_a_port_that_somebody_listens_at_is_no_trouble() -> None:
    async with gateway_answering(always(200, b"")) as gateway:
        port = int(gateway.url.split(":")[2].split("/")[0])
        assert await why_no_connection("127.0.0.1", port, None, 5) == ""
        assert gateway.asked == []


async def test_a_closed_port_and_a_host_without_a_name_are_told_apart() -> None:
    assert await why_no_connection("127.0.0.1", await closed_port(), None, 5) == "nothing listens there"
    assert await why_no_connection("a..b", 1, None, 5) == "its address is no name of a host"


async def test_a_server_without_tls_is_no_secure_connection() -> None:
    async with gateway_answering(always(200, b"")) as gateway:
        port = int(gateway.url.split(":")[2].split("/")[0])
        words = await why_no_connection("127.0.0.1", port, ssl.create_default_context(), 5)
    assert words.startswith("no secure connection: ")


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "nothing listens there"),
        (socket.gaierror(-2, "Name or service not known"), "no host of this name is found"),
        (TimeoutError(), "no answer in time"),
        (OSError(113, "No route to host"), "no route to host"),
        (UnicodeError("label too long"), "its address is no name of a host"),
    ],
)
def test_what_keeps_a_connection_from_opening_is_told_in_words(problem: OSError, words: str) -> None:
    assert words_of(problem) == words
