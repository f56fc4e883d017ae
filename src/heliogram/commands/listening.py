"""A port to listen on, taken before anything else is opened, so that a port in use is known at once."""

import os
import socket
from typing import Final

from heliogram.config import Config

ANNOUNCEMENT: Final = "server.json"
"""The file in the data folder by which a server tells the commands of its machine where it listens."""


def bound(config: Config) -> tuple[socket.socket, Config]:
    """A listening socket, and the configuration with the port it got. Raises OSError, `strerror` the bare reason."""
    try:
        listening = socket.create_server((config.host, config.port), backlog=512)
    except OSError as error:
        # Python adds the address to the reason, which the sentences built on it say already.
        raise OSError(error.errno, os.strerror(error.errno or 0)) from error
    return listening, config.model_copy(update={"port": listening.getsockname()[1]})
