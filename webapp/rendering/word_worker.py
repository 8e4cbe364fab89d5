"""Opens one Word file in a process apart and limited, and ends. Knows no secret, database or request."""

import json
import resource
import sys

from webapp.rendering.word_package import WordRefusedError
from webapp.rendering.word_tidying import tidied

_CPU_SECONDS = 5
_MEMORY_BYTES = 512_000_000


def main() -> None:
    """From standard input to standard output: one line of JSON, and after it the new file."""
    for kind, most in (
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    try:
        file, left_out = tidied(sys.stdin.buffer.read())
        heading = json.dumps({"refusal": None, "left_out": left_out})
    except WordRefusedError as refusal:
        file, heading = b"", json.dumps({"refusal": str(refusal), "left_out": {}})
    sys.stdout.buffer.write(heading.encode() + b"\n" + file)


if __name__ == "__main__":
    main()
