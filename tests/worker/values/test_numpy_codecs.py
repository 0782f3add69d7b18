"""NumPy's values in one process, and through another Python with another NumPy; `tests/exchange` has the many pairs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from journeys import carry
from test_across_pythons import ask, draw

from beep_jupyter.worker.values import numpy_dtypes
from beep_jupyter.worker.values.coding import decode, encode
from beep_jupyter.worker.values.receiver import Receiver
from beep_jupyter.worker.values.registry import MalformedValue, Unreceivable, Untransferable
from tests.exchange.environments import PLACES, build
from tests.exchange.peers import Peer

TABLE = Path(__file__).parents[3] / "docs" / "reference" / "values.md"
HAS_TEXTS = hasattr(np.dtypes, "StringDType")
needs_texts = pytest.mark.skipif(not HAS_TEXTS, reason="StringDType came with NumPy 2.0")


def is_same(sent: Any, arrived: Any) -> bool:
    """Whether two values of NumPy are the same to anyone who looks at them, bit for bit."""
    if type(sent) is not type(arrived):
        return False
    if isinstance(sent, np.dtype):
        return look_of(sent) == look_of(arrived)
    if isinstance(sent, np.ma.MaskedArray):
        masks = (sent.mask is np.ma.nomask) == (arrived.mask is np.ma.nomask) and is_same(
            np.asarray(sent.mask), np.asarray(arrived.mask)
        )
        fills = (sent._fill_value is None) == (arrived._fill_value is None)
        fills = fills and (sent._fill_value is None or is_same(sent._fill_value, arrived._fill_value))
        return masks and fills and sent.hardmask == arrived.hardmask and is_same(sent.data, arrived.data)
    if isinstance(sent, np.ndarray) and sent.flags.forc and sent.nbytes:
        orders = (sent.flags.c_contiguous, sent.flags.f_contiguous)
        if (arrived.flags.c_contiguous, arrived.flags.f_contiguous) != orders:
            return False
    sent, arrived = np.asarray(sent), np.asarray(arrived)
    return look_of(sent.dtype) == look_of(arrived.dtype) and sent.shape == arrived.shape and bits(sent) == bits(arrived)


def look_of(kind: Any) -> Any:
    """All of a dtype, with what `==` does not compare."""
    if kind.subdtype is not None:
        return [look_of(kind.subdtype[0]), kind.subdtype[1]]
    fields = [[name, look_of(kind.fields[name][0]), *kind.fields[name][1:]] for name in kind.names or ()]
    metadata = kind.metadata and dict(kind.metadata)
    is_aligned = kind.isalignedstruct and kind.names != ()
    return [kind.str, kind.char, kind.type, kind.itemsize, is_aligned, kind.names, fields, metadata]


def bits(array: Any) -> Any:
    """The items' memory, without what is between fields and behind the ten bytes of a long double."""
    if array.dtype.names is not None:
        return [bits(np.asarray(array[name])) for name in array.dtype.names]
    if array.dtype.char in "gG" and array.dtype.itemsize % 16 == 0:
        native = array.astype(array.dtype.newbyteorder("="))
        return np.frombuffer(native.tobytes(), "u1").reshape(-1, 16)[:, :10].tobytes()
    return array.tobytes()


def filled(kind: Any, shape: tuple[int, ...], seed: int) -> Any:
    """An array of any bits that its dtype can hold."""
    array = np.zeros(shape, kind)
    _fill(array, np.random.default_rng(seed))
    return array


def _fill(array: Any, source: np.random.Generator) -> None:
    kind = array.dtype
    if kind.names is not None:
        for name in kind.names:
            _fill(array[name], source)
    elif kind.kind == "U":
        array[...] = np.array(["", "a", "ab\0c", "ä\U0001f600"], "U4")[source.integers(0, 4, array.shape)].astype(kind)
    elif kind.kind == "b":
        array[...] = source.integers(0, 2, array.shape)
    elif kind.itemsize and array.size and kind.char not in "gG":
        array[...] = np.frombuffer(source.bytes(array.size * kind.itemsize), kind).reshape(array.shape)
    elif array.size:
        array[...] = source.standard_normal(array.shape)


TIMES = st.builds(
    lambda order, kind, count, unit: np.dtype(f"{order}{kind}8[{count}{unit}]"),
    st.sampled_from("<>"),
    st.sampled_from("mM"),
    st.sampled_from(["", 2, 25]),
    st.sampled_from(["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]),
)
PLAIN = st.one_of(
    hnp.scalar_dtypes(),
    TIMES,
    st.sampled_from([np.dtype(char) for char in "?bBhHiIlLqQefdgFDGcmM"]),
    st.sampled_from([np.dtype(char).newbyteorder() for char in "hlqefdgFDG"]),
    st.sampled_from([np.dtype(text) for text in ("U0", "U3", ">U2", "S0", "S5", "V0", "V7")]),
)


@st.composite
def structured_dtypes(draw: st.DrawFn, inner: Any) -> Any:
    """Fields with gaps, titles and shapes, aligned or not, as records or not, with metadata or not."""
    count = draw(st.integers(0, 3))
    bases = draw(st.lists(inner, min_size=count, max_size=count))
    shapes = st.sampled_from([(), (), (2,), (1, 2)])
    formats = [np.dtype((base, draw(shapes))) if base.itemsize else base for base in bases]
    names = draw(st.lists(st.text(max_size=3).filter(bool), min_size=count, max_size=count, unique=True))
    align = draw(st.booleans())
    offsets, end = [], 0
    for field in formats:
        step = field.alignment if align else 1
        offsets.append(-(-(end + draw(st.sampled_from([0, 0, 3]))) // step) * step)
        end = offsets[-1] + field.itemsize
    step = max([field.alignment for field in formats], default=1) if align else 1
    end = -(-(end + draw(st.sampled_from([0, 0, 5]))) // step) * step
    titles = [draw(st.sampled_from([None, f"title {number}"])) for number in range(count)]
    layout = {"names": names, "formats": formats, "offsets": offsets, "titles": titles, "itemsize": end}
    made = np.dtype(layout, align=align)  # type: ignore[call-overload]
    made = np.dtype((np.record, made)) if draw(st.booleans()) else made
    return np.dtype(made, metadata={"unit": ("m", 1)}) if draw(st.booleans()) else made  # type: ignore[call-overload]


DTYPES = st.one_of(PLAIN, structured_dtypes(st.one_of(PLAIN, structured_dtypes(PLAIN))))
SHAPES = st.sampled_from([(), (0,), (1,), (5,), (2, 3), (3, 0, 2), (2, 1, 3)])
VIEWS: list[Callable[[Any], Any]] = [
    lambda array: array,
    lambda array: array.T,
    lambda array: np.array(array, order="F"),
    lambda array: array[::-1] if array.ndim else array,
    lambda array: array[..., ::2] if array.ndim else array,
    lambda array: array.T[::2] if array.ndim else array,
    lambda array: np.broadcast_to(array, (2, *array.shape)),
]
ARRAYS = st.builds(
    lambda kind, shape, seed, view: view(filled(kind, shape, seed)),
    DTYPES,
    SHAPES,
    st.integers(0, 2**32),
    st.sampled_from(VIEWS),
)


@settings(max_examples=150, deadline=None)
@given(ARRAYS)
def test_arrays_arrive_bit_for_bit(array: Any) -> None:
    arrived = carry(array)
    assert is_same(array, arrived)
    assert arrived.flags.writeable
    assert arrived.flags.c_contiguous or arrived.flags.f_contiguous


@settings(max_examples=60, deadline=None)
@given(
    ARRAYS, st.integers(0, 2**32), st.booleans(), st.sampled_from(["none", "full", "false", "random"]), st.booleans()
)
def test_masked_arrays_arrive_with_mask_fill_value_and_what_is_hidden(
    data: Any, seed: int, is_hard: bool, masking: str, is_filled: bool
) -> None:
    kind = np.ma.make_mask_descr(data.dtype)
    masks = {
        "none": np.ma.nomask,
        "full": np.ones(data.shape, bool).astype(kind),
        "false": np.zeros(data.shape, kind),
        "random": filled(kind, data.shape, seed),
    }
    try:
        array = np.ma.MaskedArray(data, masks[masking], hard_mask=is_hard)
    except (ValueError, RuntimeWarning):
        return  # NumPy itself finds no fill value for some structured dtypes
    if is_filled:
        array.fill_value = filled(data.dtype, (), seed)[()]
    assert is_same(array, carry(array))


@settings(max_examples=60, deadline=None)
@given(DTYPES, st.integers(0, 2**32))
def test_scalars_arrive_with_their_type(kind: Any, seed: int) -> None:
    scalar = filled(kind, (), seed)[()]
    assert is_same(scalar, carry(scalar))
    assert is_same(kind, carry(kind))


@pytest.mark.parametrize(
    "scalar",
    [
        *(np.dtype(char).type(1) for char in "?bBhHiIlLqQefdgFDG"),
        np.uint64(2**64 - 1),
        np.int64(-(2**63)),
        np.float64("nan"),
        np.float64("-inf"),
        np.float32(-0.0),
        np.float16(6e-8),
        np.longdouble(1) / 3,
        np.str_("a\0"),
        np.str_("\udc80"),
        np.bytes_(b"a\0"),
        np.datetime64("NaT", "25s"),
        np.datetime64("2026-11-03T12", "ns"),
        np.timedelta64("NaT", "M"),
        np.void(b"raw"),
        np.zeros(1, "f8,U3")[0],
        np.rec.array([(1, 2.5)])[0],
        np.zeros(1, [("much", "u1", 999)])[0],
        np.ma.masked,
    ],
    ids=lambda scalar: f"{type(scalar).__name__} {scalar!r:.40}",
)
def test_every_kind_of_scalar_arrives(scalar: Any) -> None:
    arrived = carry([scalar])[0]
    assert type(arrived) is type(scalar)
    assert scalar is np.ma.masked or (bits(np.asarray(arrived)), arrived.dtype) == (
        bits(np.asarray(scalar)),
        scalar.dtype,
    )
    assert not isinstance(scalar, str) or str(arrived) == str(scalar)
    assert not isinstance(scalar, bytes) or arrived[:] == scalar[:]


def test_numbers_that_json_holds_are_written_as_numbers() -> None:
    trees = [tree["value"] for tree in encode([np.float64(1.5), np.int8(-3), np.bool_(True), np.float32(0.1)])[0]]
    assert trees == [["<f8", 1.5], ["|i1", -3], ["|b1", True], ["<f4", 0.10000000149011612]]
    assert type(encode(np.int64(2**53 + 1))[0]["value"][1]) is str
    assert is_same(decode({"$type": "numpy_scalar", "value": ["<f8", 1]}), np.float64(1))


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_without_gaps_are_not_copied(order: Any) -> None:
    array = np.array(np.arange(12.0).reshape(3, 4), order=order)
    tree, [buffer] = encode(array)
    assert tree["value"] == {"dtype": "<f8", "shape": [3, 4], "order": order, "data": 0}
    assert np.shares_memory(np.frombuffer(buffer, "u1"), array)
    received = bytearray(buffer)
    arrived = decode(tree, [memoryview(received)])
    assert np.shares_memory(np.frombuffer(received, "u1"), arrived)
    arrived[0, 0] = 7
    assert received[:8] == np.float64(7).tobytes()


@pytest.mark.parametrize(
    ("array", "order"),
    [
        (np.zeros((4, 6))[::2], "C"),
        (np.zeros((4, 6)).T[::2], "F"),
        (np.zeros((4, 6))[::-1], "C"),
        (np.zeros((4, 6)).T[:, ::-1], "F"),
        (np.zeros((2, 3, 4)).transpose(1, 0, 2), "C"),
        (np.zeros((2, 3, 4)).transpose(2, 1, 0)[::2], "F"),
        (np.broadcast_to(np.arange(3), (2, 3)), "C"),
        (np.zeros((1, 1)), "C"),
        (np.zeros(9)[::2], "C"),
    ],
)
def test_arrays_with_gaps_arrive_in_the_order_of_their_fastest_index(array: Any, order: str) -> None:
    assert encode(array)[0]["value"]["order"] == order
    assert is_same(array, carry(array))


def test_an_array_broadcast_beyond_all_memory_is_refused_before_it_is_copied() -> None:
    for item in (1.0, None):
        with pytest.raises(Untransferable, match="it has more than 1024 MiB"):
            encode(np.broadcast_to(np.array(item), (10**6, 10**6)))


def test_arrays_of_objects_travel_item_by_item() -> None:
    inner = np.arange(2)
    array = np.empty((2, 4), object)
    array[0] = [1, "a", None, 2.5]
    array[1] = [[1, 2], (3,), inner, np.array(5)]
    for sent in (array, array.T, array[:, ::-1]):
        arrived = carry(sent)
        assert (arrived.dtype, arrived.shape) == (object, sent.shape)
        assert arrived.flags.f_contiguous == sent.flags.f_contiguous
        pairs = list(zip(sent.ravel(), arrived.ravel(), strict=True))
        assert all(np.array_equal(one, other) and type(one) is type(other) for one, other in pairs)
    assert carry(np.array(None)).item() is None
    assert carry(np.empty((0, 2), object)).shape == (0, 2)


def test_an_array_of_objects_that_contains_itself_or_what_cannot_travel_is_refused() -> None:
    loop = np.empty(1, object)
    loop[0] = loop
    with pytest.raises(Untransferable, match="it contains itself"):
        encode(loop)
    with pytest.raises(Untransferable, match="'function' cannot travel"):
        encode(np.array([carry], object))


@needs_texts
@pytest.mark.parametrize("missing", [None, float("nan"), "?", b"?"])
def test_texts_of_any_length_arrive_with_what_is_missing(missing: Any) -> None:
    kind = np.dtypes.StringDType(na_object=missing, coerce=False)
    array = np.array([["a" * 99, missing], ["", "ä"]], dtype=kind)
    arrived = carry(array)
    assert arrived.dtype.coerce is False
    assert repr(arrived.dtype) == repr(kind)
    assert repr(arrived.tolist()) == repr(array.tolist())
    assert repr(carry(kind)) == repr(kind)
    assert not hasattr(carry(np.dtypes.StringDType()), "na_object")


@needs_texts
def test_texts_become_objects_where_numpy_has_no_such_type(monkeypatch: pytest.MonkeyPatch) -> None:
    nan = float("nan")
    tree, buffers = encode([np.array(["a", nan], np.dtypes.StringDType(na_object=nan)), np.dtypes.StringDType()])
    monkeypatch.delattr(np.dtypes, "StringDType")
    notes: list[str] = []
    array, kind = decode(tree, buffers, notes)
    assert (array.dtype, repr(array.tolist()), kind) == (object, "['a', nan]", np.dtype(object))
    assert notes == ["numpy StringDType → object"]


def test_a_dtype_keeps_the_metadata_that_its_equality_ignores() -> None:
    kind = np.dtype("i4", metadata={"enum": {"a": 1}})  # type: ignore[call-overload]
    assert carry(np.zeros(2, kind)).dtype.metadata == {"enum": {"a": 1}}


def test_matrices_and_records_arrive_as_such() -> None:
    assert type(carry(np.eye(2).view(np.matrix))) is np.matrix
    records = carry(np.rec.array([(1, 2.5)], names="a,b"))
    assert (type(records), type(records[0]), records.b[0]) == (np.recarray, np.record, 2.5)


class Own(np.ndarray):
    pass


def _with_attribute(array: Any) -> Any:
    array.unit = "m"
    return array


@pytest.mark.parametrize(
    ("value", "sentence", "cure"),
    [
        (np.zeros(2).view(Own), "it is a subclass of 'numpy.ndarray' and would arrive as a plain one", "Convert it to"),
        (np.zeros(2, [("a", "O")]), "it has fields of objects", "Convert it first, for example with `.astype(…)`."),
        (np.dtype((np.int32, {"a": (np.int16, 0), "b": (np.int16, 2)})), "of a class of its own", "Convert it first"),
        (_with_attribute(np.rec.array([(1, 2)])), "attributes were set on it", "Send them and the array apart."),
        (
            np.ma.array(np.eye(2).view(np.matrix)),
            "it masks a 'numpy.matrix'",
            "Make one of its data, mask and fill value.",
        ),
        (np.dtype("i4", metadata={"of": len}), "no codec is known for it", "Send its parts"),  # type: ignore[call-overload]
        (np.zeros(1, np.dtype([("a", "i4")], metadata={"of": len})), "no codec is known", "Send its parts"),  # type: ignore[call-overload]
    ],
)
def test_what_would_lose_something_is_refused(value: Any, sentence: str, cure: str) -> None:
    with pytest.raises(Untransferable) as caught:
        encode(value)
    assert sentence in str(caught.value)
    assert caught.value.cure.startswith(cure)


def test_dtypes_nested_beyond_reason_are_refused() -> None:
    kind = np.dtype("i4")
    for _ in range(40):
        kind = np.dtype([("a", kind)])
    with pytest.raises(Untransferable, match="its fields are nested more than 32 deep"):
        encode(kind)


def test_a_receiver_without_numpy_gets_none() -> None:
    with pytest.raises(Untransferable) as caught:
        encode(np.float64(1), to=Receiver("environment 'bare'", ["pandas"]))
    assert str(caught.value) == "A value of type 'numpy.float64' cannot travel: environment 'bare' has no numpy."


def test_where_numpy_is_missing_the_value_is_refused() -> None:
    _, *answers = ask(Path(sys.executable), [encode(np.arange(2)), encode([np.float64(1)])])
    for answer in answers:
        assert answer == {
            "error": "Unreceivable",
            "text": "A value of type 'numpy.ndarray' cannot travel: its receiver has no numpy.",
            "cure": "Install it there, for example with `pip install numpy`.",
        }


def array_tree(**parts: Any) -> Any:
    return {"$type": "ndarray", "value": {"dtype": "|u1", "shape": [3], "order": "C", "data": 0, **parts}}


def fields_tree(*fields: Any, itemsize: int = 3) -> Any:
    return {"fields": list(fields), "itemsize": itemsize, "aligned": False, "record": False}


MALFORMED = [
    array_tree(shape=[4]),
    array_tree(shape=[2]),
    array_tree(shape=[-3]),
    array_tree(shape=[True, 3]),
    array_tree(shape=3),
    array_tree(shape=[1] * 99),
    array_tree(shape=[2**62, 4, 3]),
    array_tree(order="K"),
    array_tree(data=1),
    array_tree(data="not base64"),
    array_tree(dtype="|O"),
    array_tree(dtype="O"),
    array_tree(dtype="u1"),
    array_tree(dtype="|u1/é"),
    array_tree(dtype="|u1/O"),
    array_tree(dtype="<u1,<u1,<u1"),
    array_tree(dtype="(3,)u1"),
    array_tree(dtype="<M8[0s]"),
    array_tree(dtype="<M8[s]]"),
    array_tree(dtype="|V99999999999999999999"),
    array_tree(dtype="|S4294967299"),
    array_tree(dtype="<f16"),
    array_tree(dtype={"base": "|u1", "shape": [3]}, shape=[1]),
    array_tree(dtype={"base": "|u1", "shape": [2**40]}),
    array_tree(dtype={"base": "|O", "metadata": {}}),
    array_tree(dtype={"base": "|u1", "metadata": []}),
    array_tree(dtype=fields_tree(["a", "|O", 0], itemsize=8)),
    array_tree(dtype=fields_tree(["a", "|u1", 3])),
    array_tree(dtype=fields_tree(["a", "|u1", -1])),
    array_tree(dtype=fields_tree(["a", "|u1", 0], ["a", "|u1", 1])),
    array_tree(dtype=fields_tree(["a", "|u1", 0, "t", "u"])),
    array_tree(dtype=fields_tree([1, "|u1", 0])),
    array_tree(dtype=fields_tree(["a", {"coerce": True}, 0])),
    array_tree(dtype={"coerce": 1}),
    {"$type": "ndarray", "value": {"dtype": "|u1", "shape": [1], "order": "C", "items": [1]}},
    {"$type": "ndarray", "value": {"dtype": "|O", "shape": [2], "order": "C", "items": [1]}},
    {"$type": "ndarray", "value": {"dtype": {"coerce": True}, "shape": [1], "order": "C", "items": [1]}},
    {"$type": "ndarray", "value": {"dtype": {"coerce": True}, "shape": [1], "order": "C", "items": [None]}},
    {"$type": "matrix", "value": array_tree()["value"]},
    {"$type": "MaskedArray", "value": {"data": array_tree()["value"], "mask": None, "fill": None}},
    {"$type": "numpy_masked", "value": 1},
    {"$type": "numpy_scalar", "value": ["|i1", 128]},
    {"$type": "numpy_scalar", "value": ["|i1", 1.5]},
    {"$type": "numpy_scalar", "value": ["|i1", True]},
    {"$type": "numpy_scalar", "value": ["|b1", 1]},
    {"$type": "numpy_scalar", "value": ["<f4", 0.1]},
    {"$type": "numpy_scalar", "value": ["<f2", 1e300]},
    {"$type": "numpy_scalar", "value": ["<f8", "AAAA"]},
    {"$type": "numpy_scalar", "value": ["|O", "AAAA"]},
    {"$type": "numpy_scalar", "value": ["U", 1]},
    {"$type": "numpy_scalar", "value": "<f8"},
    {"$type": "numpy_dtype", "value": "float64"},
]


@pytest.mark.parametrize("tree", MALFORMED, ids=json.dumps)
def test_malformed_trees_are_refused(tree: Any) -> None:
    with pytest.raises(MalformedValue) as caught:
        decode(tree, [bytearray(b"abc")])
    assert not isinstance(caught.value, Unreceivable)


def test_a_mask_of_another_shape_or_dtype_is_refused() -> None:
    array = {"data": array_tree()["value"], "fill": None, "hard": False}
    for mask in ({"dtype": "|b1", "shape": [1]}, {"dtype": "|u1", "shape": [3]}):
        parts = {"order": "C", "data": "AAAA" if mask["shape"] == [3] else "AA==", **mask}
        with pytest.raises(MalformedValue, match="A mask is of its data's shape, and of booleans"):
            decode({"$type": "MaskedArray", "value": {**array, "mask": parts}}, [b"abc"])


def test_a_long_double_of_another_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tree, buffers = encode(np.ones(2, "g"))
    monkeypatch.setattr(numpy_dtypes, "mantissa_bits", lambda: 112)
    with pytest.raises(Unreceivable) as caught:
        decode(tree, buffers)
    assert caught.value.reason == "its receiver's long double has another format"


def _spoilt(draw: st.DrawFn, tree: Any) -> Any:
    """The tree with one part of it replaced, left out or doubled."""
    if isinstance(tree, (dict, list)) and tree and draw(st.integers(0, 3)):
        key = draw(st.sampled_from(list(tree) if isinstance(tree, dict) else range(len(tree))))
        spoilt = tree.copy()
        if draw(st.integers(0, 5)):
            spoilt[key] = _spoilt(draw, tree[key])
        else:
            del spoilt[key]
        return spoilt
    if isinstance(tree, str) and draw(st.booleans()):
        at = draw(st.integers(0, len(tree)))
        return tree[:at] + draw(st.text("<>|OUSVfi0189[]nsM,(/gq ", max_size=2)) + tree[at + draw(st.integers(0, 2)) :]
    return draw(
        st.one_of(st.integers(), st.sampled_from([0, 1, -1, 2**31, 2**63, 1.5, None, True, [], {}, "", "|O", [0]]))
    )


@st.composite
def spoilt_trees(draw: st.DrawFn) -> Any:
    tree, buffers = encode(draw(ARRAYS))
    return {**tree, "value": _spoilt(draw, tree["value"])}, [bytearray(data) for data in buffers]


@settings(max_examples=150, deadline=None)
@given(spoilt_trees())
def test_spoilt_trees_are_refused_or_mean_another_array(case: Any) -> None:
    tree, buffers = case
    try:
        value = decode(tree, buffers)
    except MalformedValue:
        return
    assert value.nbytes <= sum(map(len, buffers)) + 64 or value.dtype == object
    assert is_same(value, carry(value))


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_examples_of_the_reference_are_true() -> None:
    rows = re.findall(r"\| `(\w+)` \| `(numpy\..+?)` \|", TABLE.read_text(encoding="utf-8"))
    assert len(rows) == 7
    for name, source in rows:
        value = eval(source, {"numpy": np})
        assert encode(value)[0]["$type"] == name
        assert is_same(value, carry(value))
    documented = '{"dtype": "<i8", "shape": [2, 3], "order": "C", "data": 0}'
    assert documented in TABLE.read_text(encoding="utf-8")
    assert encode(eval(rows[0][1], {"numpy": np}))[0]["value"] == json.loads(documented)


@pytest.fixture(scope="module")
def old(pytestconfig: pytest.Config) -> Any:
    """A Python 3.8 with NumPy 1; it is built once for this test and those of tests/exchange."""
    place = next(place for place in PLACES if place.name == "old")
    if place.interpreter is None:
        pytest.skip("no Python 3.8 is found here")
    peer = Peer(place.name, build([place], pytestconfig.cache.mkdir("environments"))[place.name])
    yield peer
    peer.close()


def test_values_pass_through_another_python_with_another_numpy(old: Any) -> None:
    sent = draw(ARRAYS, 40)
    old.begin([{"tree": tree, "buffers": buffers, "to": None} for tree, buffers in map(encode, sent)])
    for array, answer in zip(sent, old.end(), strict=True):
        assert "tree" in answer, (array, answer)
        assert is_same(array, decode(answer["tree"], [bytearray(data) for data in answer["buffers"]]))
