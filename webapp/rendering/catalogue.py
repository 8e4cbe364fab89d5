"""`python -m webapp.rendering.catalogue`: brings the catalogues up to date with what templates and renderers say.

What is new stands in them without a translation, which a test finds; what nobody says any more is taken out.
"""

import io

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from webapp.rendering.environment import TEMPLATES
from webapp.rendering.public_words import composed_public_messages
from webapp.rendering.words import LOCALE, composed_messages, read_catalogue

_SPOKEN = (
    ("jinja2.ext:babel_extract", TEMPLATES / "documents", "*.html"),
    ("jinja2.ext:babel_extract", TEMPLATES / "public", "*.html"),
    ("jinja2.ext:babel_extract", TEMPLATES / "embed", "*.html"),
    ("jinja2.ext:babel_extract", TEMPLATES / "components", "public.html"),
    ("jinja2.ext:babel_extract", TEMPLATES / "layouts", "public.html"),
    ("python", LOCALE.parent, "*.py"),
)
_WIDTH = 140
_HEAD = """\
# The fixed words of the documents; `python -m webapp.rendering.catalogue` brings them up to date.
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "ngettext": (1, 2)}


def spoken() -> Catalog:
    """Every message, without translations."""
    catalogue = Catalog(fuzzy=False)
    for message in (*composed_messages(), *composed_public_messages()):
        catalogue.add(message)
    for method, folder, pattern in _SPOKEN:
        for file in sorted(folder.glob(pattern)):
            with file.open("rb") as opened:
                for _line, said, _comments, _context in extract(method, opened, _KEYWORDS):
                    catalogue.add(said)
    return catalogue


def main() -> None:
    said = spoken()
    for file in sorted(LOCALE.glob("*.po")):
        catalogue = read_catalogue(file.stem)
        catalogue.update(said, no_fuzzy_matching=True)
        file.write_text(written(catalogue), encoding="utf-8")


def written(catalogue: Catalog) -> str:
    """The file of a catalogue: the same text for the same words, with no dates and no names in it."""
    # A region’s own catalogue holds only what it spells otherwise.
    if catalogue.locale and catalogue.locale.territory:
        for message in [one for one in catalogue if one.id and not any(_strings(one))]:
            catalogue.delete(message.id)
    body = io.BytesIO()
    write_po(body, catalogue, width=_WIDTH, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return _HEAD.format(language=catalogue.locale_identifier, plurals=catalogue.plural_forms) + body.getvalue().decode()


def _strings(message: Message) -> tuple[str, ...]:
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


if __name__ == "__main__":
    main()
