"""The two bodies of a message: text first, and HTML that says the same."""

from collections.abc import Mapping
from typing import Any

from webapp.rendering.environment import document_environment


def mail_bodies(message: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Plain text and HTML from `templates/email/<message>/`."""
    environment = document_environment()
    text = environment.get_template(f"email/{message}/body.txt").render(facts)
    html = environment.get_template(f"email/{message}/body.html").render(facts)
    return text.strip() + "\n", html
