"""Tagged PDFs joined are one tagged PDF: nothing lost, nothing mixed up, and conforming where its parts are."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from webapp.rendering.conformity import elements, parent_tree, problems
from webapp.rendering.joining import join_tagged

from .pdf_text import pages_of


@pytest.fixture(scope="module")
def joined(final_pdf: bytes, draft_pdf: bytes) -> bytes:
    return join_tagged([final_pdf, draft_pdf, final_pdf])


@contextmanager
def _opened(pdf: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        yield opened


def _rewritten(pdf: pikepdf.Pdf) -> bytes:
    written = io.BytesIO()
    pdf.save(written)
    return written.getvalue()


def _with_file(pdf: bytes, name: str, content: bytes) -> bytes:
    with _opened(pdf) as opened:
        spec = pikepdf.AttachedFileSpec(opened, content, filename=name, mime_type="text/csv", relationship=Name.Data)
        opened.attachments[name] = spec
        opened.Root.AF = Array([opened.attachments[name].obj])
        return _rewritten(opened)


def _signed(pdf: bytes) -> bytes:
    """With the field of a signature, as a seal leaves it."""
    with _opened(pdf) as opened:
        field = opened.make_indirect(
            Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T="Seal", F=132, Rect=Array([-9, -9, -8, -8]))
        )
        first = opened.pages[0].obj
        first.Annots = Array([*first.get("/Annots", []), field])
        opened.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
        opened.Root.Perms = Dictionary(DocMDP=field)
        return _rewritten(opened)


def _links(pdf: pikepdf.Pdf) -> Iterator[tuple[int, int]]:
    """From which page to which, of those that stay within the file."""
    places = {str(name): place for name, place in pikepdf.NameTree(pdf.Root.Names.Dests).items()}
    for number, page in enumerate(pdf.pages):
        for annotation in page.obj.get("/Annots", []):
            if "/Dest" in annotation:
                place = places[str(annotation.Dest)]
                target = place.D if isinstance(place, Dictionary) else place
                yield number, pikepdf.Page(target[0]).index


def test_joined_letters_keep_every_rule(joined: bytes) -> None:
    assert problems(joined) == []


def test_pages_alone_do_not(final_pdf: bytes) -> None:
    with _opened(final_pdf) as whole, _opened(final_pdf) as part:
        whole.add_pages_from(part)
        assert any("shares its place in the structure" in problem for problem in problems(_rewritten(whole)))


def test_pages_stand_in_the_order_of_the_parts(joined: bytes, final_pdf: bytes, draft_pdf: bytes) -> None:
    assert pages_of(joined) == [*pages_of(final_pdf), *pages_of(draft_pdf), *pages_of(final_pdf)]


def test_what_is_read_out_is_each_part_after_the_other(joined: bytes, final_pdf: bytes, draft_pdf: bytes) -> None:
    def kinds(pdf: bytes) -> list[str]:
        with _opened(pdf) as opened:
            return [str(one.S) for one in elements(opened)]

    inside, *others = kinds(draft_pdf)
    assert inside == "/Document"
    final = kinds(final_pdf)
    assert kinds(joined) == [*final, "/Part", *others, "/Part", *final[1:]]


def test_every_mark_belongs_to_an_element_of_its_own_page(joined: bytes) -> None:
    with _opened(joined) as pdf:
        parents = parent_tree(pdf)
        numbers = [int(page.obj.StructParents) for page in pdf.pages]
        assert len(set(numbers)) == len(pdf.pages)
        owners = [(page.obj.objgen, one.Pg.objgen) for page, number in zip(pdf.pages, numbers, strict=True) for one in parents[number]]
        assert [pair for pair in owners if pair[0] != pair[1]] == []
        following = int(pdf.Root.StructTreeRoot.ParentTreeNextKey)
        assert following == max(parents) + 1


def test_every_link_leads_to_a_place_of_its_own_part(joined: bytes, final_pdf: bytes) -> None:
    with _opened(final_pdf) as pdf:
        pages, links = len(pdf.pages), sorted(_links(pdf))
    with _opened(joined) as pdf:
        found = sorted(_links(pdf))
        begin = len(pdf.pages) - pages
    assert found[: len(links)] == links
    assert [(source - begin, target - begin) for source, target in found if source >= begin] == links


def test_heads_of_tables_are_named_once(joined: bytes) -> None:
    with _opened(joined) as pdf:
        names = [str(one.ID) for one in elements(pdf) if "/ID" in one]
        asked = {str(name) for one in elements(pdf) if "/A" in one and "/Headers" in one.A for name in one.A.Headers}
    assert len(names) == len(set(names)) > 3
    assert asked == set(names)


def test_bookmarks_of_all_parts_follow_each_other(joined: bytes, final_pdf: bytes) -> None:
    with _opened(joined) as pdf, pdf.open_outline() as outline:
        roots = list(outline.root)
        assert len(roots) == 3
        assert len({len(one.children) for one in roots}) == 1
        assert int(pdf.Root.Outlines.Count) == sum(1 + len(one.children) for one in roots)


def test_attached_files_are_kept_and_none_is_hidden_by_another(final_pdf: bytes) -> None:
    parts = [_with_file(final_pdf, "signatories.csv", f"list {number}".encode()) for number in range(3)]
    pdf = join_tagged([final_pdf, *parts])
    assert problems(pdf) == []
    with _opened(pdf) as opened:
        found = {name: file.get_file().read_bytes() for name, file in opened.attachments.items()}
        assert len(opened.Root.AF) == 3
    assert found == {"signatories.csv": b"list 0", "signatories-2.csv": b"list 1", "signatories-3.csv": b"list 2"}


def test_signature_is_not_carried_into_another_file(final_pdf: bytes) -> None:
    pdf = join_tagged([_signed(final_pdf), _signed(final_pdf)])
    assert problems(pdf) == []
    with _opened(pdf) as opened:
        assert not {"/AcroForm", "/Perms"} & set(opened.Root.keys())
        kinds: set[Any] = {str(one.Subtype) for page in opened.pages for one in page.obj.get("/Annots", [])}
    assert kinds == {"/Link"}


def test_same_parts_are_the_same_bytes(joined: bytes, final_pdf: bytes, draft_pdf: bytes) -> None:
    assert join_tagged([final_pdf, draft_pdf, final_pdf]) == joined


def test_what_was_joined_can_be_joined_again(joined: bytes, final_pdf: bytes) -> None:
    again = join_tagged([joined, final_pdf])
    assert problems(again) == []
    assert len(pages_of(again)) == len(pages_of(joined)) + len(pages_of(final_pdf))


def test_file_of_one_part_says_what_the_part_says(final_pdf: bytes) -> None:
    assert pages_of(join_tagged([final_pdf])) == pages_of(final_pdf)
