"""Values to be printed, picked by hand: a table that every Python from 3.8 on can make."""

import collections
import datetime
import enum
import fractions
import functools
import importlib.util
import re
import sys
import types


class Plain:
    def method(self):
        pass


class Own:
    def __repr__(self):
        return "Own()"


class ManyLines:
    def __repr__(self):
        return "first\n  second\nthird\n"


class Pretty:
    def _repr_pretty_(self, p, cycle):
        if cycle:
            p.text("Pretty(...)")
            return
        with p.group(7, "Pretty(", ")"):
            p.pretty(self)
            p.text(",")
            p.breakable()
            p.pretty(["a" * 30] * 3)
            with p.indent(2):
                p.break_()
                p.begin_group(1, "<")
                p.text("deep")
                p.end_group(1, ">")


class SubOfPretty(Pretty):
    pass


class NotPretty:
    _repr_pretty_ = None

    def __repr__(self):
        return "NotPretty()"


class Meta(type):
    def __repr__(cls):
        return "Meta's " + cls.__name__


class PrettyMeta(type):
    def _repr_pretty_(cls, p, cycle):
        p.text("pretty " + cls.__name__)


class OfMeta(metaclass=Meta):
    pass


class OfPrettyMeta(metaclass=PrettyMeta):
    pass


class SubList(list):
    pass


class ReprList(list):
    def __repr__(self):
        return "ReprList!"


class SubTuple(tuple):
    pass


class SubDict(dict):
    def keys(self):
        return ["own key"]

    def __getitem__(self, key):
        return "own value"


class SubSet(set):
    __hash__ = object.__hash__


class SubOrdered(collections.OrderedDict):
    pass


class SubCounter(collections.Counter):
    pass


class SubSpace(types.SimpleNamespace):
    pass


class SubFloat(float):
    pass


class FailedError(Exception):
    class InnerError(Exception):
        pass


class SpokenError(Exception):
    def __repr__(self):
        return "Spoken!"


class Color(enum.Enum):
    RED = 1


class Liar:
    __class__ = int


class Shy:
    @property
    def __class__(self):
        raise ValueError


class Child(Own):
    def __init__(self):
        self.above = super()


def function(a, *b, c=3, **d):
    pass


async def coroutine():
    pass


def long_function(a_long_name=1, another_long_name=2, a_third_long_name=3, the_last_long_name_of_all=4):
    pass


def loops():
    a_list = [1]
    a_list.append(a_list)
    a_dict = {}
    a_dict["me"] = a_dict
    a_deque = collections.deque()
    a_deque.append(a_deque)
    ordered = collections.OrderedDict()
    ordered["me"] = ordered
    default = collections.defaultdict(list)
    default["me"] = default
    space = types.SimpleNamespace()
    space.me = space
    user_list = collections.UserList()
    user_list.append(user_list)
    inner = []
    a_tuple = (inner,)
    inner.append(a_tuple)
    a_set = SubSet()
    a_set.add(a_set)
    return [a_list, a_dict, a_deque, ordered, default, space, user_list, a_tuple, a_set]


long = ["x" * 20, "y" * 20, "z" * 20, "w" * 20]
TABLE = {
    "numbers": [1, -2.5, 1e300, float("nan"), 2j, True, 10**40, fractions.Fraction(1, 3)],
    "texts": ["a", "it's", 'say "it\'s"', "tab\t\n\x00é\u2028\udc80", b"raw\xff", bytearray(b"x")],
    "singletons": [None, ..., NotImplemented],
    "empty": [[], (), {}, set(), frozenset(), SubSet(), SubList(), SubTuple()],
    "empty collections": [collections.deque(), collections.OrderedDict(), collections.Counter(), SubCounter()],
    "one": [(1,), SubTuple((1,)), [1], {1}, frozenset([1]), SubSet([1])],
    "long list": long,
    "long tuple": tuple(long),
    "long set": set(long),
    "long frozenset": frozenset(long),
    "long dict": dict.fromkeys(long, 1),
    "long deque": collections.deque(long, 9),
    "long OrderedDict": collections.OrderedDict.fromkeys(long, 1),
    "long defaultdict": collections.defaultdict(list, dict.fromkeys(long, 1)),
    "long Counter": collections.Counter(long),
    "long UserList": collections.UserList(long),
    "long namespace": types.SimpleNamespace(name=long, other="x" * 30),
    "long mappingproxy": types.MappingProxyType(dict.fromkeys(long, 1)),
    "long exception": FailedError(*long),
    "wraps": [collections.ChainMap({1: 2}), collections.UserDict(a=1), collections.UserString("x")],
    "counter in order": SubCounter("abracadabra"),
    "keys and values on one line": {("a" * 30, "b" * 30): ["c" * 50, "d" * 20]},
    "deep": {"k" * 30: {"l" * 30: {"m" * 30: long}}},
    "many items": [list(range(1001)), set(range(1001)), dict.fromkeys(range(1001)), collections.deque(range(1001))],
    "as many as are shown": [tuple(range(1000)), set(range(999)), collections.OrderedDict.fromkeys(range(1001))],
    "sorted": [{3, 1, 2}, {"b", "a"}, frozenset([(2, 1), (1, 2)]), {10, 9, "", "5", None, (1,), int}],
    "loops": loops(),
    "subclasses": [SubList([1]), SubTuple((1, 2)), SubDict(a=1), SubSet([1]), SubOrdered(a=1), SubSpace(a=1)],
    "own reprs": [Own(), ReprList([1]), SpokenError(1), NotPretty(), Color.RED, SubFloat(2.5)],
    "lines": [ManyLines(), {"key": ManyLines()}, {ManyLines(): 1}],
    "own printing": [Pretty(), SubOfPretty(), {"k": Pretty()}],
    "classes": [int, Plain, FailedError.InnerError, OfMeta, OfPrettyMeta, collections.OrderedDict, type, Color],
    "functions": [function, coroutine, len, max, [].append, dict.fromkeys, lambda x: x, Plain.method, long_function],
    "other callables": [str.join, (1).__add__.__class__, functools.reduce],
    "exceptions": [
        ValueError(),
        KeyError("x"),
        FailedError("a", 1),
        FailedError.InnerError([1]),
        SystemExit(3),
        OSError(2, "no"),
    ],
    "patterns": [re.compile("a.*b", re.I | re.M), re.compile(b"x"), re.compile("\\\\d\"'\n"), re.compile("é", re.A)],
    "long pattern": re.compile("a" * 80, re.S | re.X),
    "supers": super(Child, Child()),
    "long super": super(ReprList, ReprList()),
    "flags": re.I | re.M,
    "times": [datetime.datetime(2020, 1, 2), datetime.timedelta(1, 2), datetime.date(2020, 1, 2)],
    "ranges": [range(3), range(1, 9, 2), slice(1, 2)],
    "views": [{1: 2}.keys(), {1: 2}.values(), {1: 2}.items()],
    "named tuple": [collections.namedtuple("Point", "x y")(1, 2)],
    "module": types.ModuleType("made"),
    "plain": [Plain(), OfMeta(), OfPrettyMeta(), Liar(), Shy(), Plain().method],
}


def printed(folder):
    """The table printed by the worker's modules in a folder, as {name: text}."""
    spec = importlib.util.spec_from_file_location(
        "_private", folder + "/__init__.py", submodule_search_locations=[folder]
    )
    sys.dont_write_bytecode = True
    sys.modules["_private"] = importlib.util.module_from_spec(spec)
    pretty = importlib.import_module("_private.display.pretty").pretty
    return {name: pretty(value) for name, value in TABLE.items()}
