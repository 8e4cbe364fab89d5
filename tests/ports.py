"""A port for a server that a test starts, free until that server has it."""

import random
import socket
from contextlib import suppress

# Below those that a machine gives out by itself, to whoever asks for any port or calls another server: one of these would be
# somebody else's by the time that the server is up.
_NEVER_GIVEN_OUT = range(10_000, 30_000)
# Not the numbers that pytest-randomly sows: two test processes would come upon the same ports.
_chance = random.SystemRandom()


def free_port() -> int:
    while True:
        port = _chance.choice(_NEVER_GIVEN_OUT)
        with suppress(OSError), socket.socket() as found:
            found.bind(("127.0.0.1", port))
            return port
