"""How often a repeated test repeats: in full under `make assure`, a tenth of it in `make test`."""

import os

IS_ASSURE = bool(os.environ.get("ASSURE"))


def times(full: int) -> int:
    """The full count under `make assure`, else a tenth of it, and at least once."""
    return full if IS_ASSURE else max(1, full // 10)
