"""Frequencies and time zones of pandas as parts of a JSON tree. Runs in worker and host.

A frequency is [CLASS, n, normalize, tree of its keywords], such as ["MonthEnd", 1, false, {}]: letters such as "M" and
"ME" changed with pandas' versions, the classes of its offsets did not.

A zone is null for local time, or

    ["zoneinfo", "Europe/Berlin"]  ["pytz", "Europe/Berlin"]     by name
    ["pytz", 60]                                                 an offset in minutes
    ["fixed", tree of a datetime.timezone]                       UTC too

pandas is taken from `sys.modules`: whoever calls has imported it.
"""

from __future__ import annotations

import sys

from .registry import MalformedValue, Unreceivable, Untransferable, expect, name_of, no_codec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder

OFFSETS = (
    *("Day", "Hour", "Minute", "Second", "Milli", "Micro", "Nano", "DateOffset", "Easter", "FY5253", "FY5253Quarter"),
    *("Week", "WeekOfMonth", "LastWeekOfMonth", "SemiMonthEnd", "SemiMonthBegin", "MonthEnd", "MonthBegin"),
    *("QuarterEnd", "QuarterBegin", "HalfYearEnd", "HalfYearBegin", "YearEnd", "YearBegin"),
    *("BusinessDay", "BusinessHour", "BusinessMonthEnd", "BusinessMonthBegin", "BQuarterEnd", "BQuarterBegin"),
    *("BHalfYearEnd", "BHalfYearBegin", "BYearEnd", "BYearBegin", "CustomBusinessDay", "CustomBusinessHour"),
    *("CustomBusinessMonthEnd", "CustomBusinessMonthBegin"),
)
_ZONE_CURE = "Convert it first, for example with `.tz_convert('UTC')` (`.dt.tz_convert` of a series)."


def encode_offset(offset: Any, encoder: Encoder) -> Any:
    """The tree of a frequency.

    Raises:
        Untransferable: it is not one of pandas' own, or has a calendar that its keywords do not tell.
    """
    kind = type(offset)
    name = kind.__name__
    if name not in OFFSETS or getattr(_pandas().offsets, name, None) is not kind:
        raise no_codec(kind)
    return [name, offset.n, offset.normalize, _encode_keywords(offset, encoder)]


def decode_offset(tree: Any, decoder: Decoder) -> Any:
    """The frequency of a tree."""
    name, n, normalize, keywords = expect(tree, list)
    if name not in OFFSETS:
        raise MalformedValue("Frequencies of class %.40r are not known." % name)
    kind = getattr(_pandas().offsets, name, None)
    if kind is None:
        reason = "its receiver's pandas has no frequency of this class"
        raise Unreceivable("pandas.offsets." + name, reason, "Send the values without it.")
    keywords = expect(decoder.decode(keywords), dict)
    return kind(expect(n, int), **({"normalize": True} if expect(normalize, bool) else {}), **keywords)


def encode_zone(zone: Any, encoder: Encoder) -> Any:
    """The tree of a time zone, or null.

    Raises:
        Untransferable: it is of another library than zoneinfo, pytz and datetime, or has no name.
    """
    if zone is None:
        return None
    kind = type(zone)
    home = kind.__module__.partition(".")[0]
    if home == "zoneinfo" and kind is sys.modules["zoneinfo"].ZoneInfo and zone.key is not None:
        return ["zoneinfo", zone.key]
    if home == "datetime" and kind is sys.modules["datetime"].timezone:
        return ["fixed", encoder.encode(zone)]
    if home == "pytz" and _is_of_pytz(zone):
        return ["pytz", zone._minutes if zone.zone is None else zone.zone]
    raise Untransferable(name_of(kind), "only time zones of datetime, zoneinfo and pytz do", _ZONE_CURE)


def decode_zone(tree: Any, decoder: Decoder) -> Any:
    """The zone of a tree; by name that library's, if this pandas takes it, else the one that pandas itself would."""
    if tree is None:
        return None
    library, told = expect(tree, list)
    if library == "fixed":
        return _fixed(decoder.decode(told))
    if library == "pytz" and type(told) is int:
        return _fixed_offset(told)
    if library not in ("pytz", "zoneinfo"):
        raise MalformedValue("Time zones of %.40r are not known." % library)
    return _named(expect(told, str), library)


def _pandas() -> Any:
    return sys.modules["pandas"]


def _encode_keywords(offset: Any, encoder: Encoder) -> Any:
    """What its class is called with; without the calendar that pandas makes of the other keywords."""
    keywords = dict(offset.kwds)
    calendar = keywords.pop("calendar", None)
    tree = encoder.encode(keywords)
    if calendar is not None and not _is_calendar_of(calendar, keywords):
        reason = "it has a calendar of its own"
        raise Untransferable(name_of(type(offset)), reason, "Make it with `weekmask` and `holidays` instead.")
    return tree


def _is_calendar_of(calendar: Any, keywords: dict[str, Any]) -> bool:
    make = sys.modules["numpy"].busdaycalendar
    if type(calendar) is not make:
        return False
    made = make(keywords["weekmask"], list(keywords["holidays"]))
    days, holidays = made.weekmask.tobytes(), made.holidays.tobytes()
    is_same: bool = (days, holidays) == (calendar.weekmask.tobytes(), calendar.holidays.tobytes())
    return is_same


def _is_of_pytz(zone: Any) -> bool:
    """Whether it is one of those that pytz makes."""
    pytz = sys.modules["pytz"]
    if zone.zone is None:
        return type(zone) is type(pytz.FixedOffset(1))
    return type(zone) is type(pytz.timezone(zone.zone))


def _fixed(zone: Any) -> Any:
    import datetime

    return expect(zone, datetime.timezone)


def _fixed_offset(minutes: int) -> Any:
    pytz = sys.modules.get("pytz")
    if pytz is not None:
        return pytz.FixedOffset(minutes)
    import datetime

    return datetime.timezone(datetime.timedelta(minutes=minutes))


def _named(name: str, library: str) -> Any:
    """The zone of that name. Older pandas takes pytz's only, and has imported it; newer may do without."""
    pytz = sys.modules.get("pytz")
    try:
        if pytz is not None and (library == "pytz" or not _takes_zoneinfo()):
            return pytz.timezone(name)
        import zoneinfo

        return zoneinfo.ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # of an unknown name; of one that is no path
        reason = "its receiver knows no time zone %.80r" % name
        raise Unreceivable("pandas.DatetimeTZDtype", reason, "Install tzdata there, or convert it first.") from None


def _takes_zoneinfo() -> bool:
    """Python has it from 3.9 on, pandas knows it from 1.5 on, as it knows ArrowDtype."""
    return sys.version_info >= (3, 9) and hasattr(_pandas(), "ArrowDtype")
