"""A calendar file as an answer."""

from flask import Response


def calendar_response(content: bytes, name: str) -> Response:
    """Offered as a file: whatever calendar the person keeps opens it. `name` is a word of ours, or the key of a milestone that exists."""
    attached = {"Content-Disposition": f"attachment; filename={name}.ics"}
    return Response(content, content_type="text/calendar; charset=utf-8", headers=attached)
