"""What a PDF says, as another program reads it."""

import re
import subprocess
import unicodedata

RIGHT_TO_LEFT = re.compile(r"[()]*[\u0590-\u06ff]+[()]*")


def text_of(pdf: bytes, *options: str) -> str:
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def pages_of(pdf: bytes) -> list[str]:
    return text_of(pdf, "-raw").split("\f")[:-1]


def squeezed(text: str) -> str:
    """Without spaces, line breaks and direction marks, which depend on where a line was broken."""
    return "".join(one for one in unicodedata.normalize("NFKC", text) if not one.isspace() and unicodedata.category(one) != "Cf")


def drawn(text: str) -> str:
    """Squeezed, and right-to-left runs without their order: in a file's own order they are drawn from the left."""
    return RIGHT_TO_LEFT.sub(lambda run: "".join(sorted(run[0])), squeezed(text))
