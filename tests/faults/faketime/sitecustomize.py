"""Sleeping under libfaketime 0.9.10, which passes a negative time on where only the other clock is to be faked (wolfcw/libfaketime#426)."""

import select
import time

time.sleep = lambda seconds: select.select([], [], [], seconds) and None  # type: ignore[assignment]
