"""Reads a calendar file by the letter of RFC 5545, and by nothing that the program uses to write one."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass
class Component:
    """`properties` by name, as they stand; `texts` unescaped."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    inside: list["Component"] = field(default_factory=list)

    def text(self, name: str) -> str:
        return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], self.properties[name])

    @property
    def start(self) -> date | datetime:
        value = self.properties["DTSTART"]
        if self.parameters["DTSTART"] == "VALUE=DATE":
            return date(int(value[:4]), int(value[4:6]), int(value[6:8]))
        assert re.fullmatch(r"\d{8}T\d{6}Z", value), "an instant in UTC"
        return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    @property
    def sequence(self) -> int:
        return int(self.properties["SEQUENCE"])


def events_of(content: bytes) -> dict[str, Component]:
    """The events by their UID. AssertionError where the file is not what the standard asks for."""
    calendar = read_calendar(content)
    found = {one.properties["UID"]: one for one in calendar.inside}
    assert len(found) == len(calendar.inside), "a UID twice"
    for one in calendar.inside:
        assert one.name == "VEVENT"
        assert {"UID", "DTSTAMP", "DTSTART", "SEQUENCE", "SUMMARY", "DESCRIPTION", "STATUS"} <= one.properties.keys()
    return found


def read_calendar(content: bytes) -> Component:
    assert content.endswith(b"\r\n") and b"\n" not in content.replace(b"\r\n", b""), "lines end with CR LF, and nothing else does"
    assert all(len(line) <= 75 for line in content.split(b"\r\n")), "no line has more than 75 octets"
    # Unfolded as octets: a fold may stand in the middle of a character.
    lines = content.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").decode().split("\r\n")[:-1]
    outer = Component("")
    open_ones = [outer]
    for line in lines:
        assert not any((ord(one) < 32 and one != "\t") or ord(one) == 127 for one in line), "no control characters"
        head, value = _parted(line)
        name, _, parameters = head.partition(";")
        assert re.fullmatch(r"[A-Z-]+", name), f"“{name}” is no name of a property"
        if name == "BEGIN":
            open_ones.append(Component(value))
        elif name == "END":
            done = open_ones.pop()
            assert done.name == value
            open_ones[-1].inside.append(done)
        else:
            assert name not in open_ones[-1].properties, f"{name} twice"
            open_ones[-1].properties[name], open_ones[-1].parameters[name] = value, parameters
    assert len(open_ones) == 1 and len(outer.inside) == 1
    calendar = outer.inside[0]
    assert calendar.name == "VCALENDAR" and calendar.properties["VERSION"] == "2.0" and calendar.properties["PRODID"]
    return calendar


def _parted(line: str) -> tuple[str, str]:
    """At the first colon that does not stand between quotation marks."""
    is_quoted = False
    for place, one in enumerate(line):
        is_quoted ^= one == '"'
        if one == ":" and not is_quoted:
            return line[:place], line[place + 1 :]
    raise AssertionError(f"no property: “{line}”")
