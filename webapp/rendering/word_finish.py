"""The last hand on a Word file that pandoc has written: whose it is and when it was made, and what pandoc has no style for."""

import io
import re
import zipfile

_DAY = (1980, 1, 1, 0, 0, 0)
_WITH_TEXT = {"word/document.xml", "word/footnotes.xml"}
# Pandoc’s name a program that has not made the file, and count words that are not in it.
_NO_FIGURES = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
)
# Pandoc repeats the whole picture as its own description.
_PICTURE_AS_WORDS = re.compile(rb'descr="data:[^"]*"')
# Room for a number of three digits: pandoc has room for one, and Word sets the words of the others further in.
_NARROW, _WIDE = b'<w:ind w:left="720" w:hanging="360" />', b'<w:ind w:left="720" w:hanging="600" />'
# A raised number that is underlined cannot be read.
_TO_A_PLACE = re.compile(rb'(<w:hyperlink w:anchor="ref-[^"]*">)(.*?)(</w:hyperlink>)', re.DOTALL)
# Word knows no space after a table.
_AFTER_TABLE = re.compile(rb"(</w:tbl>\s*<w:p>\s*<w:pPr>(?:<w:pStyle [^>]*/>)?(?:<w:numPr>.*?</w:numPr>)?)(?!<w:spacing)", re.DOTALL)


def finished(written: bytes, *, properties: bytes) -> bytes:
    """The same file with these core properties; every part has the one date, so that equal parts make equal files."""
    file, own = io.BytesIO(), {"docProps/core.xml": properties, "docProps/app.xml": _NO_FIGURES}
    with zipfile.ZipFile(io.BytesIO(written)) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = own.get(name) or source.read(name)
            if name in _WITH_TEXT:
                content = _touched(content)
            elif name == "word/numbering.xml":
                content = content.replace(_NARROW, _WIDE)
            part = zipfile.ZipInfo(name, _DAY)
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, content)
    return file.getvalue()


def _touched(document: bytes) -> bytes:
    document = _PICTURE_AS_WORDS.sub(b'descr=""', document)
    document = _TO_A_PLACE.sub(
        lambda found: found[1] + found[2].replace(b'w:val="Hyperlink"', b'w:val="CitationMark"') + found[3], document
    )
    return _AFTER_TABLE.sub(rb'\1<w:spacing w:before="240" />', document)
