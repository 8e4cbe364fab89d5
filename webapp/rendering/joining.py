"""Several tagged PDFs as one: pages, tags, links, bookmarks and attached files of all of them, in their order."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from io import BytesIO
from typing import Any

from pikepdf import Array, Dictionary, Name, NameTree, NumberTree, ObjectStreamMode, Pdf


def join_tagged(parts: Sequence[bytes]) -> bytes:
    """The pages of all parts in one PDF, the same bytes for the same parts; PDF/A and PDF/UA where each of them is.

    Language, title, author and dates are those of the first. What another says hangs into the first one’s structure as a Part, and its
    pages stay as they are, with the numbers that are printed on them. A signature is left out: it would be one of another file.
    """
    with ExitStack() as opened:
        # All stay open until the end: what is copied is read when it is written.
        whole, *others = [opened.enter_context(Pdf.open(BytesIO(part))) for part in parts]
        _unsign(whole)
        for other in others:
            _append(whole, other)
        written = BytesIO()
        whole.save(written, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
    return written.getvalue()


def _unsign(pdf: Pdf) -> None:
    for key in ("/AcroForm", "/Perms"):
        if key in pdf.Root:
            del pdf.Root[key]
    for page in pdf.pages:
        if "/Annots" in page.obj:
            page.obj.Annots = Array([one for one in page.obj.Annots if one.get("/Subtype") != "/Widget"])


def _append(whole: Pdf, part: Pdf) -> None:
    tree = whole.Root.StructTreeRoot
    elements = dict(NumberTree(tree.ParentTree).items())
    first_free = max(elements, default=-1) + 1
    _renumber(part, first_free)
    # Names must be the only ones of their kind in a file; where the part begins tells its own from all others.
    _rename_cells(part, f"p{len(whole.pages) + 1}-")
    carried = _carried(part)
    # The pages first, so that what points to one finds its copy.
    whole.add_pages_from(part, forms="strip")
    copied = whole.copy_foreign(carried)
    elements |= {first_free + int(key): copied.Elements[place] for place, key in enumerate(copied.Keys)}
    tree.ParentTree = whole.make_indirect(Dictionary(Nums=Array([item for key in sorted(elements) for item in (key, elements[key])])))
    tree.ParentTreeNextKey = max(elements, default=-1) + 1
    _adopt(_as_list(tree.K)[0], copied.Documents)
    _add_files(whole, copied.Files)
    _add_outline(whole, copied.get("/Outlines"))


def _carried(part: Pdf) -> Any:
    """What of the part is not on its pages, as one object that can be copied."""
    elements = dict(NumberTree(part.Root.StructTreeRoot.ParentTree).items())
    documents = _as_list(part.Root.StructTreeRoot.K)
    for document in documents:
        # The root would be copied along with what names it.
        del document.P
    carried = Dictionary(
        Keys=Array(list(elements)), Elements=Array(list(elements.values())), Documents=Array(documents), Files=Array(_files(part).values())
    )
    if "/Outlines" in part.Root:
        carried.Outlines = part.Root.Outlines
    return part.make_indirect(carried)


def _renumber(part: Pdf, first: int) -> None:
    for page in part.pages:
        for one in (page.obj, *page.obj.get("/Annots", [])):
            for key in ("/StructParents", "/StructParent"):
                if key in one:
                    one[key] = int(one[key]) + first


def _rename_cells(part: Pdf, prefix: str) -> None:
    """The cells of tables that other cells name as their heads."""
    for element in _elements(part.Root.StructTreeRoot):
        if "/ID" in element:
            element.ID = prefix + str(element.ID)
        if isinstance(attributes := element.get("/A"), Dictionary) and "/Headers" in attributes:
            attributes.Headers = Array([prefix + str(one) for one in attributes.Headers])


def _elements(root: Any) -> Iterator[Any]:
    """Every element below, without recursion: a list may be nested deeply."""
    waiting = _as_list(root.K)
    while waiting:
        one = waiting.pop()
        if isinstance(one, Dictionary):
            yield one
            waiting += _as_list(one.get("/K", Array()))


def _as_list(kids: Any) -> list[Any]:
    return list(kids) if isinstance(kids, Array) else [kids]


def _adopt(document: Any, parts: Any) -> None:
    for one in parts:
        one.S, one.P = Name.Part, document
        document.K.append(one)


def _files(pdf: Pdf) -> dict[str, Any]:
    names = pdf.Root.get("/Names", Dictionary())
    return {str(name): file for name, file in NameTree(names.EmbeddedFiles).items()} if "/EmbeddedFiles" in names else {}


def _add_files(whole: Pdf, added: Any) -> None:
    """Attached files keep their names; where one is taken, the newcomer gets a number."""
    files = _files(whole)
    for file in added:
        file.F = file.UF = _free_name(str(file.UF), files)
        files[str(file.UF)] = file
        if "/AF" not in whole.Root:
            whole.Root.AF = Array()
        whole.Root.AF.append(file)
    if len(added):
        if "/Names" not in whole.Root:
            whole.Root.Names = Dictionary()
        ordered = sorted(files, key=str.encode)
        whole.Root.Names.EmbeddedFiles = Dictionary(Names=Array([item for name in ordered for item in (name, files[name])]))


def _free_name(name: str, taken: dict[str, Any]) -> str:
    stem, dot, suffix = name.rpartition(".")
    free, number = name, 2
    while free in taken:
        free = f"{stem}-{number}.{suffix}" if dot else f"{name}-{number}"
        number += 1
    return free


def _add_outline(whole: Pdf, added: Any) -> None:
    if added is None or "/First" not in added:
        return
    if "/First" not in whole.Root.get("/Outlines", Dictionary()):
        whole.Root.Outlines = added
        return
    ours, item = whole.Root.Outlines, added.First
    ours.Last.Next, item.Prev = item, ours.Last
    ours.Last = added.Last
    ours.Count = int(ours.get("/Count", 0)) + int(added.get("/Count", 0))
    while item is not None:
        item.Parent = ours
        item = item.get("/Next")
