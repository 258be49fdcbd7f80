"""Functions of dates and times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Final

from msgspec import Struct

from auditor.hcl import values
from auditor.hcl.errors import FunctionError
from auditor.hcl.functions.specification import Family, Parameter, Surroundings
from auditor.hcl.types import NUMBER, STRING
from auditor.hcl.values import Value

FAMILY: Final = Family()
_function = FAMILY.function

_TIMESTAMP: Final = Parameter("timestamp", STRING)
_RFC3339: Final = "not a valid RFC3339 timestamp"
_NANOSECONDS: Final = 1_000_000_000
_UNITS: Final = {
    "ns": Fraction(1, _NANOSECONDS),
    "us": Fraction(1, 1_000_000),
    "\u00b5s": Fraction(1, 1_000_000),
    "\u03bcs": Fraction(1, 1_000_000),
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "h": Fraction(3600),
}
_DURATION_PART: Final = re.compile(r"(?P<number>\d+(?:\.\d*)?|\.\d+)(?P<unit>[^\d.]*)", re.ASCII)


class Moment(Struct, frozen=True):
    """A time with its offset from UTC."""

    seconds: Fraction
    """Since 1 January of the year 1, at the offset."""
    offset: int
    """Seconds east of UTC."""

    @property
    def written(self) -> datetime:
        """The time on the clock at the offset, fractions of seconds cut off."""
        return datetime.min + timedelta(seconds=self.seconds.__floor__())  # noqa: DTZ901 - a clock face

    @property
    def absolute(self) -> Fraction:
        """The same time at UTC."""
        return self.seconds - self.offset


class _Reader:
    """Reads a timestamp part by part, with Terraform's complaints."""

    def __init__(self, text: str) -> None:
        self.rest = text

    def number(self, what: str, width: int, low: int, high: int, shortest: int | None = None) -> int:
        digits = re.match(rf"\d{{{shortest or width},{width}}}", self.rest, re.ASCII)
        if digits is None:
            raise self._unusable(what)
        self.rest = self.rest[digits.end() :]
        value = int(digits[0])
        if not low <= value <= high:
            raise self._unusable(what)
        return value

    def _unusable(self, what: str) -> ValueError:
        return ValueError(f'cannot use "{self.rest}" as {what}' if self.rest else f"end of string before {what}")

    def mark(self, mark: str) -> None:
        if self.rest.startswith(mark):
            self.rest = self.rest[1:]
            return
        if mark == "T":
            raise ValueError("missing required time introducer 'T'")
        if not self.rest:
            raise ValueError(f'end of string where "{mark}" is expected')
        raise ValueError(f'found "{self.rest}" where "{mark}" is expected')

    def fraction(self) -> Fraction:
        digits = re.match(r"[.,](\d+)", self.rest, re.ASCII)
        if digits is None:
            return Fraction(0)
        self.rest = self.rest[digits.end() :]
        return Fraction(int(digits[1][:9].ljust(9, "0")), _NANOSECONDS)

    def offset(self) -> int:
        zone = re.match(r"Z|(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d)", self.rest, re.ASCII)
        if zone is None or (zone["hours"] and (int(zone["hours"]) > 23 or int(zone["minutes"]) > 59)):  # noqa: PLR2004 - a clock's bounds
            raise self._unusable("UTC offset")
        self.rest = self.rest[zone.end() :]
        if zone["sign"] is None:
            return 0
        seconds = int(zone["hours"]) * 3600 + int(zone["minutes"]) * 60
        return -seconds if zone["sign"] == "-" else seconds


def parse_timestamp(text: str) -> Moment:
    """The moment an RFC 3339 timestamp stands for.

    Raises:
        ValueError: where it is none, with Terraform's words.
    """
    reader = _Reader(text)
    year = reader.number("year", 4, 0, 9999)
    reader.mark("-")
    month = reader.number("month", 2, 1, 12)
    reader.mark("-")
    day = reader.number("day of month", 2, 1, 31)
    reader.mark("T")
    hour = reader.number("hour", 2, 0, 23, shortest=1)
    reader.mark(":")
    minute = reader.number("minute", 2, 0, 59)
    reader.mark(":")
    second = reader.number("second", 2, 0, 59)
    fraction = reader.fraction()
    offset = reader.offset()
    if reader.rest:
        raise ValueError(f'extra text: "{reader.rest}"')
    if year == 0:
        raise ValueError("the year 0 is not supported")
    try:
        face = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a clock face
    except ValueError as error:
        raise ValueError("day out of range") from error
    whole = (face - datetime.min) // timedelta(seconds=1)  # noqa: DTZ901 - a clock face
    return Moment(whole + fraction, offset)


def _moment(text: str, parameter: str = "") -> Moment:
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise FunctionError(f"{_RFC3339}: {error}", parameter) from error


@_function("timecmp", Parameter("timestamp_a", STRING), Parameter("timestamp_b", STRING), result=NUMBER)
def _timecmp(one: str, other: str) -> Value:
    first, second = _moment(one, "timestamp_a").absolute, _moment(other, "timestamp_b").absolute
    return values.count((first > second) - (first < second))


@_function("timeadd", _TIMESTAMP, Parameter("duration", STRING), result=STRING)
def _timeadd(timestamp: str, duration: str) -> str | Value:
    moment = _moment(timestamp)
    later = Moment(moment.seconds + _duration(duration), moment.offset)
    try:
        face = later.written
    except OverflowError:
        return values.unknown(STRING, _NO_SUCH_YEAR, not_null=True)
    return face.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + _colon_offset(moment.offset)


_NO_SUCH_YEAR: Final = values.not_evaluable("the years before 1 and after 9999 are not counted")


def _duration(text: str) -> Fraction:
    """Seconds of a duration such as `1h30m`."""
    body = text[1:] if text[:1] in ("+", "-") else text
    if body == "0":
        return Fraction(0)
    total, position = Fraction(0), 0
    while position < len(body):
        part = _DURATION_PART.match(body, position)
        if part is None:
            break
        position = part.end()
        if not part["unit"]:
            raise FunctionError(f'time: missing unit in duration "{text}"')
        if part["unit"] not in _UNITS:
            raise FunctionError(f'time: unknown unit "{part["unit"]}" in duration "{text}"')
        total += Fraction(part["number"].rstrip(".") or "0") * _UNITS[part["unit"]]
    if not body or position < len(body):
        raise FunctionError(f'time: invalid duration "{text}"')
    if abs(total) >= Fraction(2**63, _NANOSECONDS):
        raise FunctionError(f'time: invalid duration "{text}"')
    return -total if text[0] == "-" else total


def _colon_offset(seconds: int) -> str:
    if not seconds:
        return "Z"
    return _sign(seconds) + f"{abs(seconds) // 3600:02}:{abs(seconds) % 3600 // 60:02}"


def _sign(seconds: int) -> str:
    return "-" if seconds < 0 else "+"


@_function("formatdate", Parameter("format", STRING), Parameter("time", STRING), result=STRING)
def _formatdate(template: str, time: str) -> str:
    moment = _moment(time, "time")
    return "".join(_formatted(token, moment) for token in _tokens(template))


_QUOTED: Final = re.compile(r"''|'((?:[^']|'')+)'(?!')")


def _tokens(template: str) -> list[str]:
    """Runs of one letter, quoted texts (with their quote in front), and anything else letter by letter."""
    tokens: list[str] = []
    position = 0
    while position < len(template):
        letter = template[position]
        if letter == "'":
            quoted = _QUOTED.match(template, position)
            if quoted is None:
                raise FunctionError("unterminated literal '", "format")
            tokens.append("'" + (quoted[1] or "'").replace("''", "'"))
            position = quoted.end()
            continue
        end = position + 1
        if letter.isascii() and letter.isalpha():
            while end < len(template) and template[end] == letter:
                end += 1
        tokens.append(template[position:end])
        position = end
    return tokens


def _formatted(token: str, moment: Moment) -> str:
    if token[0] == "'":
        return token[1:]
    if not (token[0].isascii() and token[0].isalpha()):
        return token
    face = moment.written
    offset = moment.offset
    plain_offset = _colon_offset(offset).replace(":", "") if offset else "+0000"
    hour = face.hour % 12 or 12
    verbs = {
        "YYYY": f"{face.year:04}", "YY": f"{face.year % 100:02}",
        "MMMM": _MONTHS[face.month - 1], "MMM": _MONTHS[face.month - 1][:3],
        "MM": f"{face.month:02}", "M": str(face.month),
        "DD": f"{face.day:02}", "D": str(face.day),
        "EEEE": _DAYS[face.weekday()], "EEE": _DAYS[face.weekday()][:3],
        "hh": f"{face.hour:02}", "h": str(face.hour), "HH": f"{hour:02}", "H": str(hour),
        "AA": "AM" if face.hour < 12 else "PM", "aa": "am" if face.hour < 12 else "pm",  # noqa: PLR2004 - noon
        "mm": f"{face.minute:02}", "m": str(face.minute), "ss": f"{face.second:02}", "s": str(face.second),
        "ZZZZZ": _colon_offset(offset) if offset else "+00:00", "ZZZZ": plain_offset,
        "ZZZ": plain_offset if offset else "UTC", "Z": _colon_offset(offset),
    }  # fmt: skip
    if token not in verbs:
        advice = _ADVICE.get(token[0])
        raise FunctionError(f'invalid date format verb "{token}"' + (f": {advice}" if advice else ""), "format")
    return verbs[token]


_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ADVICE: Final = {
    "Y": 'year must either be "YY" or "YYYY"',
    "M": 'month must be "M", "MM", "MMM", or "MMMM"',
    "D": 'day of month must either be "D" or "DD"',
    "E": 'day of week must either be "EEE" or "EEEE"',
    "h": '24-hour must either be "h" or "hh"',
    "H": '12-hour must either be "H" or "HH"',
    "A": 'must be "AA"',
    "a": 'must be "aa"',
    "m": 'minute must either be "m" or "mm"',
    "s": 'second must either be "s" or "ss"',
    "Z": "timezone must be Z, ZZZZ, or ZZZZZ",
}


def _now(name: str) -> None:
    @_function(name, result=STRING, surroundings=True)
    def _time(surroundings: Surroundings) -> Value:
        if not surroundings.now:
            return values.unknown(STRING, values.not_evaluable(f"{name}() is the time of the run"), not_null=True)
        return values.string(surroundings.now)


_now("timestamp")
_now("plantimestamp")


def written_at(seconds: float) -> str:
    """A time in seconds since 1970 as `timestamp()` writes it."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
