"""The value format in one process: what arrives, what stays as it is, and every sentence of a refusal."""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import enum
import io
import json
import pathlib
import re
import sys
import time
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys import carry
from sample_values import BIG, EXAMPLES, format_names, is_same, standard_names, values

from beep_jupyter.worker.values import registry
from beep_jupyter.worker.values.coding import MalformedValue, Untransferable, decode, encode, names
from beep_jupyter.worker.values.receiver import Receiver
from beep_jupyter.worker.values.registry import Codec, register

TABLE = Path(__file__).parents[3] / "docs" / "reference" / "values.md"


@pytest.fixture
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry that the test may add to."""
    for table in ("by_name", "_by_type", "_by_path"):
        monkeypatch.setattr(registry, table, dict(getattr(registry, table)))


@settings(max_examples=400, deadline=None)
@given(values)
def test_values_arrive_with_every_type_as_sent(value: Any) -> None:
    assert is_same(carry(value), value)
    assert is_same(carry(value, to=Receiver(inline_limit_bytes=1 << 16)), value)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
@settings(max_examples=20_000, deadline=None)
@given(values)
def test_many_values_arrive_with_every_type_as_sent(value: Any) -> None:
    assert is_same(carry(value), value)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_name_has_an_example_that_arrives(name: str) -> None:
    tree, _ = encode(EXAMPLES[name])
    assert tree["$type"] == name
    assert is_same(carry(EXAMPLES[name]), EXAMPLES[name])


def test_examples_cover_every_name() -> None:
    assert sorted(EXAMPLES) == standard_names()


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        [[]],
        [1, 2, 3] * 9,
        [0.5, -0.0] * 9,
        ["ä", "\U0001f600", ""] * 9,
        [None, True] * 9,
        [1, 2.5, "x", None] * 9,
        {"a": 1, "ä $ b": None},
        [BIG, -BIG] * 9,
        [1.7e308] * 20,
    ],
)
def test_what_json_holds_is_its_own_tree(value: Any) -> None:
    assert is_same(encode(value), (value, []))


@pytest.mark.parametrize("value", [[1.5] * 20, ["x"] * 20, [7] * 20, {"a": 1}, [1, None, "x"] * 9])
def test_flat_containers_are_handed_on_and_not_copied(value: Any) -> None:
    assert encode(value)[0] is value
    assert decode(value) is value
    assert encode({"inner": [(), value]})[0]["inner"][1] is value


@pytest.mark.parametrize(
    ("value", "tree"),
    [
        (BIG + 1, {"$type": "int", "value": "0x20000000000001"}),
        (-BIG - 1, {"$type": "int", "value": "-0x20000000000001"}),
        (float("inf"), {"$type": "float", "value": "inf"}),
        ("a\ud800", {"$type": "str", "value": "61eda080"}),
        ({"$a": 1}, {"$type": "dict", "value": [["$a", 1]]}),
        ({"\ud800": 1}, {"$type": "dict", "value": [[{"$type": "str", "value": "eda080"}, 1]]}),
        ({1: 2, "1": 3}, {"$type": "dict", "value": [[1, 2], ["1", 3]]}),
        ([0.5] * 9 + [float("nan")], [0.5] * 9 + [{"$type": "float", "value": "nan"}]),
        ([1] * 9 + [2**60], [1] * 9 + [{"$type": "int", "value": "0x1000000000000000"}]),
        (["a"] * 9 + ["\udcff"], ["a"] * 9 + [{"$type": "str", "value": "edb3bf"}]),
        (complex(1, float("nan")), {"$type": "complex", "value": [1.0, {"$type": "float", "value": "nan"}]}),
    ],
)
def test_trees_are_as_the_reference_writes_them(value: Any, tree: Any) -> None:
    assert encode(value)[0] == tree


def test_datetimes_show_their_offset_or_name_their_zone() -> None:
    moment = datetime.datetime(2026, 11, 3, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    assert encode(moment)[0]["value"] == "2026-11-03T12:00:00+01:00"
    berlin = moment.replace(tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    zone = {"$type": "ZoneInfo", "value": "Europe/Berlin"}
    assert encode(berlin)[0]["value"] == {"local": "2026-11-03T12:00:00", "zone": zone, "fold": 0}


@pytest.mark.parametrize("microseconds", [1, -1, 1_000_000, -86_399_999_999, 3_600_000_001])
def test_any_fixed_offset_arrives(microseconds: int) -> None:
    zone = datetime.timezone(datetime.timedelta(microseconds=microseconds))
    for moment in (datetime.datetime(2026, 1, 1, tzinfo=zone), datetime.time(1, tzinfo=zone)):
        assert is_same(carry(moment), moment)


def test_buffers_are_the_values_own_memory_in_order() -> None:
    first, second = b"one", bytearray(b"two")
    tree, buffers = encode([first, {"x": second}, b"three"], first_buffer=5)
    assert [tree[0]["value"], tree[1]["x"]["value"], tree[2]["value"]] == [5, 6, 7]
    assert buffers[0] is first
    second[0] = ord("T")
    assert bytes(buffers[1]) == b"Two"


def test_small_memory_goes_inline_on_request_and_large_never() -> None:
    tree, buffers = encode([b"ab", b"x" * 65_536, b"x" * 65_537], to=Receiver(inline_limit_bytes=1 << 30))
    assert tree[0] == {"$type": "bytes", "value": "YWI="}
    assert (type(tree[1]["value"]), tree[2]["value"], len(buffers)) == (str, 0, 1)


def test_decoded_memory_is_the_receivers_own() -> None:
    received = bytearray(b"abc")
    whole, view = decode({"$type": "bytearray", "value": 0}, [received]), carry(memoryview(bytearray(b"abc")))
    received[0] = 0
    view[0] = ord("z")
    assert (whole, bytes(view)) == (bytearray(b"abc"), b"zbc")


def test_integer_beyond_the_limit_of_decimal_digits_arrives() -> None:
    number = 1 << 100_000
    assert carry([number, -number]) == [number, -number]


def test_shared_parts_arrive_as_equal_copies() -> None:
    part = [1]
    arrived = carry([part, (part,)])
    assert arrived == [[1], ([1],)]
    assert arrived[0] is not arrived[1][0]


class Colour(enum.IntEnum):
    RED = 1


class Text(str):
    __slots__ = ()


class Unhashable(type):
    def __eq__(cls, other: object) -> bool:
        return NotImplemented


class Odd(metaclass=Unhashable):  # type: ignore[metaclass]
    pass


class Zone(datetime.tzinfo):
    def utcoffset(self, moment: datetime.datetime | None) -> datetime.timedelta:
        raise AssertionError("no code of the value's own runs")


Point = collections.namedtuple("Point", "x y")
HANDLE = "keep it where it is and use it through a handle."


def _nested(depth: int, wrap: Any) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = wrap(value)
    return value


def _cycle() -> list[Any]:
    loop: list[Any] = [list(range(9)), {"a": ()}]
    loop[1]["a"] = (1, loop, loop)
    return loop


def _released() -> memoryview:
    view = memoryview(b"abc")
    view.release()
    return view


def _zone_of_a_file() -> zoneinfo.ZoneInfo:
    source = next(Path(folder) / "UTC" for folder in zoneinfo.TZPATH if (Path(folder) / "UTC").exists())
    return zoneinfo.ZoneInfo.from_file(io.BytesIO(source.read_bytes()))


UTC_CURE = "Convert the time first, for example with `.astimezone(datetime.timezone.utc)`."
VIEW_CURE = "Send `view.cast('B')`, or the array that it looks into."
NO_CODEC = "no codec is known for it"
SEND_PARTS = f"Send its parts as plain values, or {HANDLE}"


@pytest.mark.parametrize(
    ("value", "type_name", "reason", "cure"),
    [
        (object(), "object", NO_CODEC, SEND_PARTS),
        ([sys], "module", NO_CODEC, SEND_PARTS),
        ({"a": [1, (array.array("b"),)]}, "array.array", NO_CODEC, SEND_PARTS),
        (Odd(), f"{__name__}.Odd", NO_CODEC, SEND_PARTS),
        ([Odd()] * 9, f"{__name__}.Odd", NO_CODEC, SEND_PARTS),
        (
            Point(1, 2),
            f"{__name__}.Point",
            "it is a subclass of 'tuple' and would arrive as a plain one",
            f"Convert it to a plain 'tuple' first, or {HANDLE}",
        ),
        (
            [Colour.RED],
            f"{__name__}.Colour",
            "it is a subclass of 'int' and would arrive as a plain one",
            f"Convert it to a plain 'int' first, or {HANDLE}",
        ),
        (
            {Text("a"): 1},
            f"{__name__}.Text",
            "it is a subclass of 'str' and would arrive as a plain one",
            f"Convert it to a plain 'str' first, or {HANDLE}",
        ),
        (
            type("Rows", (list,), {"__module__": "made"})(),
            "made.Rows",
            "it is a subclass of 'list' and would arrive as a plain one",
            f"Convert it to a plain 'list' first, or {HANDLE}",
        ),
        (
            collections.defaultdict(int),
            "collections.defaultdict",
            "it is a subclass of 'dict' and would arrive as a plain one",
            f"Convert it to a plain 'dict' first, or {HANDLE}",
        ),
        (_cycle(), "list", "it contains itself", SEND_PARTS),
        (_nested(201, lambda inner: [inner]), "list", "it is nested more than 200 deep", SEND_PARTS),
        (memoryview(array.array("d")), "memoryview", "only one-dimensional views of bytes travel", VIEW_CURE),
        (_released(), "memoryview", "it was released", "Send it before its release."),
        (_zone_of_a_file(), "zoneinfo.ZoneInfo", "it was read from a file and has no key", UTC_CURE),
        (
            datetime.datetime(2026, 1, 1, tzinfo=Zone()),
            f"{__name__}.Zone",
            "only time zones of datetime and zoneinfo do",
            UTC_CURE,
        ),
    ],
)
def test_what_cannot_travel_is_refused_with_reason_and_cure(value: Any, type_name: str, reason: str, cure: str) -> None:
    with pytest.raises(Untransferable) as caught:
        encode(value)
    assert str(caught.value) == f"A value of type '{type_name}' cannot travel: {reason}."
    assert (caught.value.type_name, caught.value.reason, caught.value.cure) == (type_name, reason, cure)


def test_windows_path_that_its_text_would_change_is_refused() -> None:
    path = pathlib.PureWindowsPath("./c:x")
    if pathlib.PureWindowsPath(path.as_posix()) == path:
        pytest.skip("this Python writes such paths exactly")
    with pytest.raises(Untransferable) as caught:
        encode(path)
    assert str(caught.value).endswith("cannot travel: its text 'c:x' means another path.")


WRAPS = {
    "list": lambda inner: [inner],
    "dict": lambda inner: {"a": inner},
    "pairs": lambda inner: {1: inner},
    "tuple": lambda inner: (inner,),
    "slice": lambda inner: slice(inner),
    "frozenset": lambda inner: frozenset((inner,)),
}


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
def test_200_levels_travel_and_201_do_not(wrap: Any) -> None:
    sent = _nested(200, wrap)
    assert json.dumps(encode(carry(sent))) == json.dumps(encode(sent))
    with pytest.raises(Untransferable, match="nested more than 200 deep"):
        encode(_nested(201, wrap))


def test_nearly_exhausted_stack_is_a_refusal() -> None:
    def descend(frames: int) -> Any:
        return descend(frames - 1) if frames else encode(_nested(200, lambda inner: (inner,)))

    frames = 0
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        frames += 1
    with pytest.raises(Untransferable) as caught:
        descend(sys.getrecursionlimit() - frames - 100)
    assert str(caught.value) == "A value of type 'tuple' cannot travel: the caller's stack is too full to walk it."


@pytest.mark.usefixtures("own_registry")
def test_registered_codec_carries_a_type_with_parts_and_memory() -> None:
    def encode_odd(value: Any, encoder: Any) -> Any:
        return [encoder.add_buffer(b"raw"), encoder.encode((1, 2))]

    def decode_odd(part: Any, decoder: Any) -> Any:
        return [bytes(decoder.buffer(part[0])), decoder.decode(part[1])]

    register([Codec("Odd", (f"{__name__}.Text",), encode_odd, decode_odd)])
    assert "Odd" in names()
    assert carry([b"first", Text("x")]) == [b"first", [b"raw", (1, 2)]]


@pytest.mark.usefixtures("own_registry")
def test_container_that_changes_while_it_is_read_is_refused() -> None:
    container: dict[str, Any] = {}
    register([Codec("Odd", (Text,), lambda value, encoder: container.clear(), lambda part, decoder: None)])
    container.update(a=Text("x"), b=1)
    with pytest.raises(Untransferable) as caught:
        encode(container)
    assert str(caught.value) == "A value of type 'dict' cannot travel: it changed while it was read."
    assert caught.value.cure == "Wait until the thread that changes it has ended, or send a copy."


def tagged(name: Any, value: Any) -> dict[str, Any]:
    return {"$type": name, "value": value}


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        (tagged("Nonsense", 1), "$type 'Nonsense' is not known; there are DataFrame, "),
        (tagged(["int"], 1), "str was expected, not list."),
        ({"$type": "int"}, "A tagged 'int' has exactly the keys '$type' and 'value'."),
        ({**tagged("int", "0x1"), "more": 1}, "A tagged 'int' has exactly the keys '$type' and 'value'."),
        ((1,), "A tree holds JSON only, not tuple."),
        ({"a": b""}, "A tree holds JSON only, not bytes."),
        (_nested(201, lambda inner: [inner]), "The tree is nested more than 200 deep."),
        (tagged("int", 5), "str was expected, not int."),
        (
            tagged("int", "0x_1"),
            "The value of a 'int' is malformed: hexadecimal digits behind 0x or -0x were expected.",
        ),
        (
            tagged("int", "twelve"),
            "The value of a 'int' is malformed: invalid literal for int() with base 16: 'twelve'.",
        ),
        (tagged("float", "1.5"), "The value of a 'float' is malformed: 'nan', 'inf', '-inf' or a number was expected."),
        (tagged("float", BIG + 1), "The value of a 'float' is malformed: an integer is no float exactly."),
        (tagged("tuple", "ab"), "list was expected, not str."),
        (tagged("set", [1, 1.0]), "Members of a set, or keys of a mapping, are equal."),
        (tagged("set", [[1]]), "The value of a 'set' is malformed: unhashable type: 'list'."),
        (tagged("dict", [["a", 1], ["a", 2]]), "Members of a set, or keys of a mapping, are equal."),
        (tagged("dict", [["a"]]), "A mapping is a list of pairs [key, value]."),
        (tagged("bytes", 1), "There is no buffer 1; 1 came with the value."),
        (tagged("bytes", -1), "There is no buffer -1; 1 came with the value."),
        (tagged("bytes", True), "int was expected, not bool."),
        ([tagged("bytes", 0), tagged("bytes", 0)], "Buffer 0 is used twice."),
        (tagged("bytes", "YW I="), "The value of a 'bytes' is malformed: a buffer is not base64."),
        (tagged("memoryview", {"data": 0}), "A memoryview has exactly the keys 'data' and 'readonly'."),
        (tagged("range", [0, 1, 0]), "The value of a 'range' is malformed: range() arg 3 must not be zero."),
        (tagged("Decimal", "1,5"), "The value of a 'Decimal' is malformed: "),
        (tagged("Fraction", [1, 0]), "The value of a 'Fraction' is malformed: Fraction(1, 0)."),
        (tagged("date", "20261103"), "The value of a 'date' is malformed: '2026-11-03' is how it is written."),
        (
            tagged("datetime", {"local": "2026-11-03T12:00:00"}),
            "A datetime is a text, or has exactly the keys 'local', 'zone' and 'fold'.",
        ),
        (
            tagged("time", {"local": "12:00:00+01:00", "zone": None, "fold": 0}),
            "The value of a 'time' is malformed: 'local' has an offset.",
        ),
        (tagged("timedelta", [10**10, 0, 0]), "The value of a 'timedelta' is malformed: "),
        (
            tagged("UUID", "{12345678123456781234567812345678}"),
            "The value of a 'UUID' is malformed: a UUID is 32 hexadecimal digits and 4 dashes.",
        ),
    ],
)
def test_malformed_trees_are_refused_with_a_sentence(tree: Any, sentence: str) -> None:
    with pytest.raises(MalformedValue) as caught:
        decode(tree, [b"one"])
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("tree", "sentence", "cure"),
    [
        (
            tagged("ZoneInfo", "Mars/Olympus"),
            "A value of type 'zoneinfo.ZoneInfo' cannot travel: its receiver knows no time zone 'Mars/Olympus'.",
            "Install the package tzdata in that environment.",
        ),
        (
            tagged("PureWindowsPath", "a//b"),
            "A value of type 'pathlib.PureWindowsPath' cannot travel: its receiver's Python reads it as 'a\\\\b'.",
            "Send its text.",
        ),
    ],
)
def test_what_this_side_cannot_hold_is_refused_with_a_cure(tree: Any, sentence: str, cure: str) -> None:
    with pytest.raises(MalformedValue) as caught:
        decode(tree)
    assert isinstance(caught.value, Untransferable)
    assert (str(caught.value), caught.value.cure) == (sentence, cure)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="slices are hashable here")
def test_slice_as_key_needs_a_newer_python() -> None:
    with pytest.raises(MalformedValue) as caught:
        decode(tagged("set", [tagged("slice", [1, 2, None])]))
    assert isinstance(caught.value, Untransferable)
    assert str(caught.value) == (
        "A value of type 'slice' cannot travel: as member of a set or key it needs Python 3.12 or newer."
    )
    assert caught.value.cure == "Send the slice's start, stop and step as a tuple instead."


def test_number_of_another_language_may_be_a_float() -> None:
    assert is_same(decode(tagged("float", 1)), 1.0)
    assert is_same(decode(tagged("complex", [1, -0.0])), complex(1.0, -0.0))


def test_text_of_a_decimal_is_checked_whatever_the_callers_context_permits() -> None:
    with decimal.localcontext() as context:
        context.traps[decimal.InvalidOperation] = False
        with pytest.raises(MalformedValue):
            decode(tagged("Decimal", "abc"))


json_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["0x1", "nan", "2026-11-03", "12:00", "2026-11-03T12:00:00+00:00", "YWI=", "Europe", "1E+5", "-"]),
)


def _json_nodes(inner: Any) -> Any:
    return st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "$type", "value", "data", "readonly", "local", "zone", "fold"]), inner),
        st.builds(tagged, st.sampled_from(format_names()), inner),
        st.builds(tagged, st.sampled_from(format_names()), st.lists(inner, max_size=3)),
        st.builds(tagged, st.sampled_from(format_names()), json_leaves),
        st.fixed_dictionaries({"local": json_leaves, "zone": inner, "fold": json_leaves}).map(
            lambda part: tagged("datetime", part)
        ),
        st.lists(st.lists(inner, min_size=2, max_size=2), max_size=3).map(lambda part: tagged("dict", part)),
    )


json_trees = st.recursive(json_leaves, _json_nodes, max_leaves=12)


def decode_anything(tree: Any) -> None:
    """What decodes encodes again; what does not raises MalformedValue and nothing else."""
    try:
        value = decode(tree, [b"some", b"memory"])
    except MalformedValue:
        return
    arrived = carry(value)
    assert is_same(arrived, value)


@settings(max_examples=600, deadline=None)
@given(json_trees)
def test_any_json_decodes_or_is_malformed(tree: Any) -> None:
    decode_anything(tree)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
@settings(max_examples=20_000, deadline=None)
@given(json_trees)
def test_much_json_decodes_or_is_malformed(tree: Any) -> None:
    decode_anything(tree)


def test_hostile_tree_takes_no_longer_than_its_size() -> None:
    begun = time.perf_counter()
    for tree in (
        tagged("Decimal", "1E+999999999999"),
        tagged("Fraction", [tagged("int", hex(1 << 40_000)), 3]),
        tagged("range", [0, tagged("int", hex(1 << 40_000)), 1]),
        tagged("int", "0x" + "f" * 1_000_000),
        tagged("timedelta", [0, 2**31 - 1, 2**31 - 1]),
    ):
        decode(tree)
    assert time.perf_counter() - begun < 2


def _rows() -> Iterator[str]:
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"\| `([\w.]+)` \|", line):
            yield found.group(1)


def test_reference_tables_every_name_once() -> None:
    assert sorted(_rows()) == format_names()


def test_examples_of_the_reference_are_true() -> None:
    namespace: dict[str, Any] = {
        "datetime": datetime,
        "Decimal": decimal.Decimal,
        "OrderedDict": collections.OrderedDict,
        "zoneinfo": zoneinfo,
        **{name: getattr(pathlib, name) for name in ("Path", "PurePosixPath", "PureWindowsPath")},
    }
    exec("from fractions import Fraction; from uuid import UUID", namespace)
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"\| `(\w+)` \| `(.+?)` \| `(.+?)` \|", line):
            name, source, part = found.groups()
            tree, _ = encode(eval(source, namespace))
            assert tree == tagged(name, json.loads(part)), name
