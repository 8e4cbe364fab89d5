"""Files that somebody uploaded are handed out to be kept, and never shown as a page of ours (`bar.md` T37)."""

import io

from flask import Response, send_file

# A browser that shows the file after all shows it as nobody’s page, with nothing that it could load or run.
ALONE = "sandbox; default-src 'none'"


def hand_out(name: str, media_type: str, content: bytes) -> Response:
    """The file under the name that its giver gave it."""
    sent = send_file(io.BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)
    sent.headers["Content-Security-Policy"] = ALONE
    return sent
