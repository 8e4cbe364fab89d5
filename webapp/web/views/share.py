"""The share kit: in each society’s room once the letter is public, and at the desk as a preview."""

from typing import Any

from flask import Blueprint, render_template, request

from webapp.domain.permission import Permission
from webapp.rendering.public_words import file_words
from webapp.rendering.share_words import embed_snippet, share_texts
from webapp.services import dashboard, publication, rooms, share_kit
from webapp.services.place import Place
from webapp.services.share_kit import ShareKit
from webapp.web.access import actor, for_representative, for_staff
from webapp.web.transaction import now, reading, settings

bp = Blueprint("share", __name__)

_LONGEST_NAME = 300


@bp.get("/room/<invitation>/share")
@for_representative
def in_room(place: Place) -> Any:
    kit = share_kit.kit_in_room(reading(), place, now=now())
    return render_template("share/in_room.html", room=rooms.show_room(reading(), place, now=now()), **_facts(kit))


@bp.get("/letters/<letter>/share")
@for_staff(Permission.SEE)
def at_desk(letter: str) -> Any:
    """What a society will find, or finds; chosen by its printed name."""
    kit = share_kit.preview_kit(reading(), actor(), letter, request.args.get("society", "")[:_LONGEST_NAME])
    view = dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())
    shown = publication.show_publication(reading(), actor(), letter, settings().links, now=now())
    names = [one.printed_name for one in (*kit.letter.signatories, *kit.letter.joined) if not one.withdrawn_on]
    return render_template("share/at_desk.html", letter=view, publication=shown, names=names, **_facts(kit))


def _facts(kit: ShareKit) -> dict[str, Any]:
    links, letter = settings().links, kit.letter
    address = links.public(letter.reference)
    return {
        "kit": kit,
        "texts": share_texts(letter, address, kit.society, has_joined=kit.has_joined),
        "address": address,
        "snippet": embed_snippet(letter, links.embed(letter.reference)),
        "list_address": f"{links.embed(letter.reference)}/signatories.json",
        "files": [(file_words(file, "en-GB"), f"{address}/files/{file.name}") for file in (*letter.files, *letter.later_files)],
    }
