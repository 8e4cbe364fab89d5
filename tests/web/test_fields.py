"""Fields that are written in a way of their own."""

import pytest
from wtforms import Form, SelectField

from webapp.web.forms.fields import ZONES, LongList

CHOICES = {zone: zone.replace("_", " ") for zone in ZONES}


class AnyList(Form):
    zone = SelectField("Zone", choices=CHOICES, validate_choice=False)


class OneOfOurs(Form):
    zone = SelectField("Zone", choices=CHOICES, validate_choice=False, widget=LongList())


@pytest.mark.parametrize("chosen", ["UTC", "America/New_York", "Europe/Berlin", "UTC", "nowhere", "<b>"])
def test_long_list_is_written_as_any_other_whatever_was_chosen_before(chosen: str) -> None:
    written = str(OneOfOurs(zone=chosen).zone())
    assert written == str(AnyList(zone=chosen).zone())
    assert written.count(" selected") == (chosen in CHOICES)
