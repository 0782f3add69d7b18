"""Codecs of the standard library's value types. Runs in worker and host.

Imports nothing at start: encoding finds the types in modules that the value's maker imported, and decoding imports
what the value needs. Each pair of functions is one row of the table in docs/reference/values.md.
"""

from __future__ import annotations

from .builtin_codecs import decode_pairs, encode_pairs
from .registry import Codec, MalformedValue, Unreceivable, Untransferable, codec_of, expect, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import OrderedDict
    from datetime import date, datetime, time, timedelta, timezone, tzinfo
    from decimal import Decimal
    from fractions import Fraction
    from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
    from typing import Any
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from .coding import Decoder, Encoder

_UTC_CURE = "Convert the time first, for example with `.astimezone(datetime.timezone.utc)`."


def encode_decimal(value: Decimal, encoder: Encoder) -> str:
    return str(value)


def decode_decimal(part: Any, decoder: Decoder) -> Decimal:
    import decimal

    # A context of our own: in the user's, a malformed text may be a silent NaN.
    return decimal.Decimal(expect(part, str), decimal.Context(traps=[decimal.InvalidOperation]))


def encode_fraction(value: Fraction, encoder: Encoder) -> list[Any]:
    return encoder.encode_items([value.numerator, value.denominator])


def decode_fraction(part: Any, decoder: Decoder) -> Fraction:
    import fractions

    numerator, denominator = decoder.decode_items(part)
    return fractions.Fraction(expect(numerator, int), expect(denominator, int))


def encode_date(value: date, encoder: Encoder) -> str:
    return value.isoformat()


def decode_date(part: Any, decoder: Decoder) -> date:
    import datetime

    made: datetime.date = _from_iso(datetime.date, part)
    return made


def encode_timedelta(value: timedelta, encoder: Encoder) -> list[int]:
    return [value.days, value.seconds, value.microseconds]


def decode_timedelta(part: Any, decoder: Decoder) -> timedelta:
    import datetime

    days, seconds, microseconds = expect(part, list)
    return datetime.timedelta(expect(days, int), expect(seconds, int), expect(microseconds, int))


def encode_timezone(value: timezone, encoder: Encoder) -> list[Any]:
    """[offset] or [offset, name]: what its constructor was given."""
    return encoder.encode_items(list(value.__getinitargs__()))  # type: ignore[attr-defined]  # there for pickle


def decode_timezone(part: Any, decoder: Decoder) -> timezone:
    import datetime

    return datetime.timezone(*decoder.decode_items(part))


def encode_zone_info(value: ZoneInfo, encoder: Encoder) -> str:
    if type(value.key) is not str:
        raise Untransferable("zoneinfo.ZoneInfo", "it was read from a file and has no key", _UTC_CURE)
    return value.key


def decode_zone_info(part: Any, decoder: Decoder) -> ZoneInfo:
    key = expect(part, str)
    try:
        import zoneinfo
    except ImportError:
        reason = "its receiver's Python has no zoneinfo, which came with 3.9"
        raise Unreceivable("zoneinfo.ZoneInfo", reason, _UTC_CURE) from None
    try:
        return zoneinfo.ZoneInfo(key)
    except (zoneinfo.ZoneInfoNotFoundError, OSError):
        reason = f"its receiver knows no time zone {key!r:.80}"
        raise Unreceivable("zoneinfo.ZoneInfo", reason, "Install the package tzdata in that environment.") from None


def encode_moment(value: datetime | time, encoder: Encoder) -> Any:
    """Of a datetime or a time: its ISO text, or that and what the text cannot tell."""
    zone = value.tzinfo
    if not value.fold and (zone is None or _is_in_text(zone)):
        return value.isoformat()
    local = value.replace(tzinfo=None).isoformat()
    return {"local": local, "zone": None if zone is None else _encode_zone(zone, encoder), "fold": value.fold}


def decode_datetime(part: Any, decoder: Decoder) -> datetime:
    import datetime

    made: datetime.datetime = _decode_moment(datetime.datetime, part, decoder)
    return made


def decode_time(part: Any, decoder: Decoder) -> time:
    import datetime

    made: datetime.time = _decode_moment(datetime.time, part, decoder)
    return made


def encode_uuid(value: UUID, encoder: Encoder) -> str:
    return str(value)


def decode_uuid(part: Any, decoder: Decoder) -> UUID:
    import uuid

    made = uuid.UUID(expect(part, str))
    if str(made) != part.lower():  # braces and urn: are read too
        raise ValueError("a UUID is 32 hexadecimal digits and 4 dashes")
    return made


def encode_path(value: PurePath, encoder: Encoder) -> Any:
    """Its text with `/`, so that a relative path means the same on every system."""
    text = value.as_posix()
    if type(value)(text) != value:  # Windows' './c:x', on some Pythons
        kind = name_of(type(value))
        raise Untransferable(kind, f"its text {text!r:.80} means another path", "Send its parts.")
    return encoder.encode(text)


def decode_path(part: Any, decoder: Decoder) -> Path:
    import pathlib

    return pathlib.Path(_decode_path_text(part, decoder))


def decode_pure_posix_path(part: Any, decoder: Decoder) -> PurePosixPath:
    import pathlib

    return pathlib.PurePosixPath(_decode_path_text(part, decoder))


def decode_pure_windows_path(part: Any, decoder: Decoder) -> PureWindowsPath:
    import pathlib

    made = pathlib.PureWindowsPath(_decode_path_text(part, decoder))
    if made.as_posix() != decoder.decode(part):  # Pythons differ in how they read network shares
        cure = "Send its text."
        raise Unreceivable("pathlib.PureWindowsPath", f"its receiver's Python reads it as {str(made)!r:.80}", cure)
    return made


def decode_ordered_dict(part: Any, decoder: Decoder) -> OrderedDict[Any, Any]:
    import collections

    return collections.OrderedDict(decode_pairs(part, decoder))


def _from_iso(kind: Any, part: Any) -> Any:
    made = kind.fromisoformat(expect(part, str))
    if made.isoformat() != part:  # newer Pythons read more than older ones
        raise ValueError(f"'{made.isoformat()}' is how it is written")
    return made


def _decode_moment(kind: Any, part: Any, decoder: Decoder) -> Any:
    if type(part) is str:
        return _from_iso(kind, part)
    if set(expect(part, dict)) != {"local", "zone", "fold"}:
        raise MalformedValue(f"A {kind.__name__} is a text, or has exactly the keys 'local', 'zone' and 'fold'.")
    local, zone = _from_iso(kind, part["local"]), decoder.decode(part["zone"])
    if local.tzinfo is not None:
        raise ValueError("'local' has an offset")
    return local.replace(tzinfo=zone, fold=expect(part["fold"], int))


def _is_in_text(zone: tzinfo) -> bool:
    """Whether an ISO text tells all of it: an offset without a name.

    One of microseconds goes another way: CPython 3.8 to 3.13 read +00:00:00.000001 as UTC (measured).
    """
    import datetime

    if type(zone) is not datetime.timezone:
        return False
    offset, *name = zone.__getinitargs__()  # type: ignore[attr-defined]
    return not name and not offset.microseconds


def _encode_zone(zone: tzinfo, encoder: Encoder) -> Any:
    """A time zone of the standard library; what another class computes cannot be known elsewhere."""
    codec = codec_of(type(zone))
    if codec is None or codec.name not in ("timezone", "ZoneInfo"):
        raise Untransferable(name_of(type(zone)), "only time zones of datetime and zoneinfo do", _UTC_CURE)
    return encoder.encode(zone)


def _decode_path_text(part: Any, decoder: Decoder) -> str:
    return expect(decoder.decode(part), str)


CODECS = (
    Codec("Decimal", ("decimal.Decimal",), encode_decimal, decode_decimal),
    Codec("Fraction", ("fractions.Fraction",), encode_fraction, decode_fraction),
    Codec("date", ("datetime.date",), encode_date, decode_date),
    Codec("time", ("datetime.time",), encode_moment, decode_time),
    Codec("datetime", ("datetime.datetime",), encode_moment, decode_datetime),
    Codec("timedelta", ("datetime.timedelta",), encode_timedelta, decode_timedelta),
    Codec("timezone", ("datetime.timezone",), encode_timezone, decode_timezone),
    Codec("ZoneInfo", ("zoneinfo.ZoneInfo",), encode_zone_info, decode_zone_info),
    Codec("UUID", ("uuid.UUID",), encode_uuid, decode_uuid),
    Codec("Path", ("pathlib.PosixPath", "pathlib.WindowsPath"), encode_path, decode_path),
    Codec("PurePosixPath", ("pathlib.PurePosixPath",), encode_path, decode_pure_posix_path),
    Codec("PureWindowsPath", ("pathlib.PureWindowsPath",), encode_path, decode_pure_windows_path),
    Codec("OrderedDict", ("collections.OrderedDict",), encode_pairs, decode_ordered_dict),
)
