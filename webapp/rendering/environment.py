"""The Jinja environment of documents and mails; pages have Flask's. What users typed is only ever a value, never a template (R20)."""

from functools import cache
from pathlib import Path

import jinja2

from webapp.rendering.writing import direction, sign_language

# Beside the package, not in it: the application runs from a checkout.
ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"


@cache
def document_environment() -> jinja2.Environment:
    """Escapes everywhere but in plain text (`.txt`); a name that was not given is an error, never an empty space."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"direction": direction, "sign_language": sign_language}
    return environment
