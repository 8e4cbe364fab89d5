"""The zone of a country: one that CLDR knows for it, and one for every country that has people in it."""

from babel.core import get_global

from webapp.domain.deadline import is_zone
from webapp.services.zones import _OF_CAPITAL, zone_of_country

# Stations and islands without inhabitants; and what is no country at all.
NOBODY = {"AQ", "UM", "001", "ZZ"}


def test_every_country_with_several_zones_has_that_of_its_capital() -> None:
    several = {code: zones for code, zones in get_global("territory_zones").items() if len(zones) > 1}
    assert set(several) - NOBODY == set(_OF_CAPITAL)
    assert all(zone in several[code] for code, zone in _OF_CAPITAL.items())


def test_every_country_has_a_zone_that_this_machine_knows() -> None:
    countries = set(get_global("territory_zones")) - NOBODY
    without = {code for code in countries if zone_of_country(code) is None}
    assert without <= {"BV", "HM"}, "islands without inhabitants"
    assert all(is_zone(zone) for code in countries - without if (zone := zone_of_country(code)))


def test_unknown_country_has_none() -> None:
    assert [zone_of_country(code) for code in ("", "XX", "de", "AQ")] == [None] * 4
    assert zone_of_country("NP") == "Asia/Kathmandu"
