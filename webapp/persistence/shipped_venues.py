"""The venues that come with the package. Of a journal they hold what was read on its own or its publisher's page, and nothing else."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from webapp.domain.venue import Venue
from webapp.domain.venue_facts import venue_of

_FILE = Path(__file__).with_name("shipped_venues.json")


@cache
def shipped_venues() -> Mapping[str, Venue]:
    """Slug → venue, in the order in which they are listed."""
    facts = json.loads(_FILE.read_text(encoding="utf-8"))["venues"]
    return MappingProxyType({venue.slug: venue for venue in map(venue_of, facts)})
