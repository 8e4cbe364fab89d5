"""The directory of societies, which outlives letters: facts, contacts, logo, joined entries, and who changed what."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.society import ChangeKind
from webapp.persistence.base import Base, Instant
from webapp.persistence.tables.letter import one_of


class SocietyRow(Base):
    __tablename__ = "society"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    printed_name: Mapped[str] = mapped_column(index=True)
    sort_name: Mapped[str] = mapped_column(default="")
    acronym: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    """ISO 3166-1 alpha-2, or empty where nobody has said."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    legal_name: Mapped[str] = mapped_column(default="")
    former_names: Mapped[str] = mapped_column(default="")
    """One a line: under each it is found still."""
    website: Mapped[str] = mapped_column(default="")
    ror: Mapped[str] = mapped_column(default="")
    """The nine signs of its ROR id, without the address before them."""
    domains: Mapped[str] = mapped_column(default="")
    """The domains of its own e-mail addresses, one a line, in small letters and as mail servers take them (IDNA)."""
    official_address: Mapped[str] = mapped_column(default="")
    """The address of its office: the second witness of an answer."""
    kind: Mapped[str] = mapped_column(default="")
    """What sort of society it is, in the coordinators’ words, such as “International societies”: a heading in lists."""
    edition: Mapped[int] = mapped_column(default=1)
    """Raised by every edit, so that two people never overwrite each other unseen."""


class ContactRow(Base):
    """Whom to write to when a letter invites the society: kept by a person’s word, never by itself."""

    __tablename__ = "society_contact"
    __table_args__ = (UniqueConstraint("society_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("society.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str]
    email: Mapped[str]


class LogoRow(Base):
    """A picture of our own making: what was uploaded was only read."""

    __tablename__ = "society_logo"

    society_id: Mapped[int] = mapped_column(ForeignKey("society.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    sha256: Mapped[str]
    """Of the content."""
    media_type: Mapped[str] = mapped_column(default="image/png")
    content: Mapped[bytes]
    """What documents show: a cleaned drawing (SVG), or a picture on white."""
    preview: Mapped[bytes | None]
    """What pages show: a PNG on no ground. None where the content is that already."""
    width: Mapped[int]
    height: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(Instant)


class LogoUploadRow(Base):
    """A logo that somebody looks at before it is used; nobody else sees it, and it is swept out."""

    __tablename__ = "logo_upload"

    society_id: Mapped[int] = mapped_column(ForeignKey("society.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    sha256: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes]
    preview: Mapped[bytes]
    width: Mapped[int]
    height: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(Instant)


class JoinRow(Base):
    """That an entry was found to be one with another, which stands for both from then on; never undone."""

    __tablename__ = "society_join"
    __table_args__ = (CheckConstraint("society_id <> into_id", name="two"),)

    society_id: Mapped[int] = mapped_column(ForeignKey("society.id"), primary_key=True, autoincrement=False)
    into_id: Mapped[int] = mapped_column(ForeignKey("society.id"), index=True)
    joined_at: Mapped[datetime] = mapped_column(Instant)


class SocietyChangeRow(Base):
    """One act on an entry of the directory. The database refuses to change or remove it."""

    __tablename__ = "society_change"
    __table_args__ = (CheckConstraint(one_of("kind", [kind.value for kind in ChangeKind]), name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("society.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str]
    actor: Mapped[str]
    """As the record of a letter writes it."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Of each fact that changed what it was and what it is; of contacts only how many, for they are persons."""
    reason: Mapped[str] = mapped_column(default="")


class ColumnMatchRow(Base):
    """Which column of a list is what, as somebody last said it for a list with the same headings."""

    __tablename__ = "column_match"

    headings: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 over the headings."""
    columns: Mapped[list[str]] = mapped_column(JSON)
    remembered_at: Mapped[datetime] = mapped_column(Instant)
