import socket

import pytest

from heliogram.commands.listening import bound
from heliogram.config import Config


def test_port_0_is_a_free_one_and_the_configuration_knows_it() -> None:
    listening, config = bound(Config(port=0))
    with listening:
        assert listening.getsockname() == ("127.0.0.1", config.port)
        assert config.port > 0


def test_a_port_in_use_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        bound(Config(port=taken.getsockname()[1]))
