"""Pictures of our own making, which a browser shows and never runs."""

import io

from flask import Response, send_file


def picture_response(content: bytes) -> Response:
    """A PNG."""
    answer = send_file(io.BytesIO(content), mimetype="image/png", download_name="logo.png")
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
