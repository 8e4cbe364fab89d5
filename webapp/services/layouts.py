"""How a letter is laid out, as its rows say it; and which pictures its documents show."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.document import Letterhead, Picture
from webapp.domain.layout import Acronyms, Grouping, Layout, Paper
from webapp.persistence.tables import AnswerRow, InvitationRow, LayoutRow, LetterRow, LogoRow, SocietyRow
from webapp.services.joined import joins


def layout_row(session: Session, letter: LetterRow) -> LayoutRow | None:
    """What its coordinators have chosen; None where nobody has yet."""
    return session.get(LayoutRow, letter.id)


def prints_annex(session: Session, letter: LetterRow) -> bool:
    """Whether what a society says of its decision is printed: whoever says it is told."""
    return layout_of(layout_row(session, letter)).has_annex


def layout_of(row: LayoutRow | None) -> Layout:
    """As the row says it, or as every letter begins."""
    if row is None:
        return Layout()
    return Layout(
        paper=Paper(row.paper),
        grouping=Grouping(row.grouping),
        is_lead_first=row.is_lead_first,
        acronyms=Acronyms(row.acronyms),
        shows_logos=row.shows_logos,
        has_annex=row.has_annex,
        accent=row.accent,
    )


def lead_entries(session: Session, letter: LetterRow, row: LayoutRow | None) -> frozenset[int]:
    """The entries of the directory that are the lead society: the one that was chosen, else the one of the same name; and all that
    are joined with it."""
    chosen = row.lead_society_id if row else None
    if chosen is None:
        chosen = session.scalar(select(SocietyRow.id).where(SocietyRow.printed_name == letter.lead_society))
    if chosen is None:
        return frozenset()
    joined = joins(session)
    lead = joined.get(chosen, chosen)
    return frozenset({lead, *(one for one, into in joined.items() if into == lead)})


def agreed_logos(session: Session, answers: Iterable[AnswerRow]) -> dict[int, str]:
    """Of each of these answers that lets the letter show the society’s logo the SHA-256 of it.

    A logo that was put in since is another than the one that the society was shown: it is not used.
    """
    agreed = {answer.invitation.society_id: answer for answer in answers if answer.consent_to_logo}
    if not agreed:
        return {}
    query = select(LogoRow.society_id, LogoRow.sha256, LogoRow.added_at).where(LogoRow.society_id.in_(agreed))
    return {agreed[society].id: sha256 for society, sha256, added_at in session.execute(query) if added_at <= agreed[society].received_at}


def pictures(session: Session, digests: Iterable[str]) -> dict[str, Picture]:
    """The logos with these digests, as far as they are kept still."""
    wanted = {one for one in digests if one}
    if not wanted:
        return {}
    rows = session.scalars(select(LogoRow).where(LogoRow.sha256.in_(wanted)))
    return {row.sha256: Picture(row.media_type, row.content, row.width, row.height, row.preview or row.content) for row in rows}


def letterhead(session: Session, letter: LetterRow, row: LayoutRow | None) -> Letterhead:
    """Address and website as they were typed; the logo of the lead society where its standing answer lets the letter show it."""
    standing = select(AnswerRow).join(InvitationRow).where(AnswerRow.letter_id == letter.id, AnswerRow.is_standing.is_(True))
    leads = lead_entries(session, letter, row)
    agreed = agreed_logos(session, session.scalars(standing.where(InvitationRow.society_id.in_(leads))))
    logo = next(iter(agreed.values()), "")
    return Letterhead(tuple(row.address.splitlines()), row.website, logo) if row else Letterhead(logo=logo)
