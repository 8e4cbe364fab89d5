"""Word files, honest and hostile, made from their XML; the people in them are invented."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from xml.sax.saxutils import escape

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in (
        ("w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
        ("r", f"{_OFFICE}/relationships"),
        ("m", f"{_OFFICE}/math"),
        ("mc", "http://schemas.openxmlformats.org/markup-compatibility/2006"),
        ("wp", "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
        ("wps", "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"),
        ("v", "urn:schemas-microsoft-com:vml"),
    )
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{name.replace(" ", "").title()}"><w:name w:val="{name}"/></w:style>'
    for name in ("heading 1", "heading 2", "heading 3", "Title", "toc 1")
)
STYLES_XML = f"<w:styles {_NAMESPACES}>{_STYLES}</w:styles>"
_LEVELS = {
    form: "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>' for level in range(9)
    )
    for form, text in (("bullet", "•"), ("decimal", "%1."))
}
_NUMBERING = "".join(
    f'<w:abstractNum w:abstractNumId="{number}">{levels}</w:abstractNum>' for number, levels in enumerate(_LEVELS.values(), start=1)
) + "".join(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>' for number in (1, 2))

BY_ANNA = 'w:id="9" w:author="Anna Sørensen" w:date="2026-03-01T10:00:00Z"'
BY_BO = 'w:id="9" w:author="Bo Lindqvist" w:date="2026-03-02T11:30:00Z"'
IMAGE = "<w:r><w:drawing><wp:inline/></w:drawing></w:r>"
TEXT_BOX = (
    "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent><w:p/></w:txbxContent></wps:txbx></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p/></w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


def run(words: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(words)}</w:t></w:r>'


def paragraph(*runs: str, style: str = "", properties: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{''.join(runs)}</w:p>"


def item(words: str, level: int = 0, numbering: int = 1) -> str:
    return paragraph(run(words), properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{numbering}"/></w:numPr>')


def inserted(words: str, by: str = BY_ANNA) -> str:
    return f"<w:ins {by}>{run(words)}</w:ins>"


def deleted(words: str, by: str = BY_ANNA) -> str:
    return f'<w:del {by}><w:r><w:delText xml:space="preserve">{escape(words)}</w:delText></w:r></w:del>'


def mark(kind: str, by: str = BY_ANNA) -> str:
    """For the properties of a paragraph whose end was inserted (`ins`) or deleted (`del`)."""
    return f"<w:rPr><w:{kind} {by}/></w:rPr>"


def commented(number: int, *runs: str) -> str:
    reference = f'<w:r><w:commentReference w:id="{number}"/></w:r>'
    return f'<w:commentRangeStart w:id="{number}"/>{"".join(runs)}<w:commentRangeEnd w:id="{number}"/>{reference}'


def comment(number: int, *paragraphs: str) -> str:
    words = "".join(paragraph(run(one)) for one in paragraphs)
    return f'<w:comment w:id="{number}" w:author="Bo Lindqvist" w:date="2026-03-02T11:30:00Z">{words}</w:comment>'


def field(instruction: str, shown: str) -> str:
    def sign(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    instructed = f'<w:r><w:instrText xml:space="preserve">{escape(instruction)}</w:instrText></w:r>'
    return sign("begin") + instructed + sign("separate") + shown + sign("end")


def cited(*items: Mapping[str, object], shown: str = "1") -> str:
    """As Zotero and Mendeley write a citation."""
    content = {"citationItems": [{"id": one["id"], "itemData": one} for one in items], "properties": {}}
    return field(f" ADDIN ZOTERO_ITEM CSL_CITATION {json.dumps(content)} ", run(shown, '<w:vertAlign w:val="superscript"/>'))


def table(*rows: tuple[str, ...]) -> str:
    grid = "".join("<w:gridCol/>" for _ in rows[0])
    lines = "".join("<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in row) + "</w:tr>" for row in rows)
    return f'<w:tbl><w:tblPr><w:tblLook w:firstRow="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>'


def word_file(
    *body: str,
    comments: str = "",
    footnotes: str = "",
    links: Mapping[str, str] = {},
    more: Mapping[str, bytes | str] = {},
    types: str = _TYPES,
    main: str = "word/document.xml",
) -> bytes:
    """A .docx; `more` adds parts or replaces them, `links` are addresses by their relation."""
    kinds = [kind for kind, content in (("comments", comments), ("footnotes", footnotes)) if content] + ["styles", "numbering"]
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": types,
        "_rels/.rels": _relations([("d", "officeDocument", main, "")]),
        main: f"<w:document {_NAMESPACES}><w:body>{''.join(body)}</w:body></w:document>",
        f"{main.replace('word/', 'word/_rels/')}.rels": _relations(
            [(kind, kind, f"{kind}.xml", "") for kind in kinds]
            + [(name, "hyperlink", escape(address, {'"': "&quot;"}), 'TargetMode="External"') for name, address in links.items()]
        ),
        "word/styles.xml": STYLES_XML,
        "word/numbering.xml": f"<w:numbering {_NAMESPACES}>{_NUMBERING}</w:numbering>",
    }
    if comments:
        parts["word/comments.xml"] = f"<w:comments {_NAMESPACES}>{comments}</w:comments>"
    if footnotes:
        parts["word/footnotes.xml"] = f"<w:footnotes {_NAMESPACES}>{footnotes}</w:footnotes>"
    return zipped({**parts, **more})


def _relations(relations: list[tuple[str, str, str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/relationships/{kind}" Target="{target}" {mode}/>'
        for name, kind, target, mode in relations
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def patched(file: bytes, *, size: int | None = None, flags: int | None = None, name: tuple[bytes, bytes] | None = None) -> bytes:
    """The file with what its directory says of every part changed; a name keeps its length."""
    changed = bytearray(file.replace(*name) if name else file)
    place = changed.find(b"PK\x01\x02")
    while place >= 0:
        if size is not None:
            struct.pack_into("<L", changed, place + 24, size)
        if flags is not None:
            struct.pack_into("<H", changed, place + 8, flags)
        place = changed.find(b"PK\x01\x02", place + 4)
    return bytes(changed)


def overlapping(names: int, size: int) -> bytes:
    """Many parts that are all the same stretch of bytes: each opens to `size`, and together they take no more room than one."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = b"\0" * size
    packed = compressor.compress(zeros) + compressor.flush()
    facts = (8, 0, 33, zlib.crc32(zeros), len(packed), size)
    local = struct.pack("<4sHHHHHLLLHH", b"PK\x03\x04", 20, 0, *facts, 5, 0) + b"a.xml" + packed
    directory = b"".join(
        struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\x01\x02", 20, 20, 0, *facts, 9, 0, 0, 0, 0, 0, 0) + f"w{number:04}.xml".encode()
        for number in range(names)
    )
    return local + directory + struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, names, names, len(directory), len(local), 0)
