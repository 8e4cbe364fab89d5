"""In which time zone a society gets up: that of its country, or of its capital where a country has several."""

from functools import cache

from babel.core import get_global

from webapp.domain.deadline import is_zone

# CLDR names the zones of a country and no first among them. A society of national standing most often sits where its government does,
# and nobody there is woken: the rest of the country is hours away, not a night.
_OF_CAPITAL = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto",
    "CD": "Africa/Kinshasa", "CL": "America/Santiago", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin",
    "EC": "America/Guayaquil", "ES": "Europe/Madrid", "FM": "Pacific/Pohnpei", "GL": "America/Nuuk", "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa", "KZ": "Asia/Almaty", "MH": "Pacific/Majuro", "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PF": "Pacific/Tahiti", "PG": "Pacific/Port_Moresby", "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon", "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "US": "America/New_York", "UZ": "Asia/Tashkent",
}  # fmt: skip


@cache
def zone_of_country(code: str) -> str | None:
    """None for a country that nobody has named, and for the few in which nobody lives the whole year."""
    zones: list[str] = get_global("territory_zones").get(code, [])
    zone = _OF_CAPITAL.get(code) or (zones[0] if len(zones) == 1 else None)
    return zone if zone is not None and is_zone(zone) else None
