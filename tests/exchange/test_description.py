"""What the exchange tests compare by: descriptions tell apart what is different, and are the same where it is not."""

from __future__ import annotations

import pytest

from .peers import Peer
from .recipes.recipe import lines

pytestmark = pytest.mark.timeout(600)  # the first test of a run waits for the environments


def groups(text: str) -> list[list[str]]:
    """Blocks of lines."""
    return [lines(block) for block in text.split("\n\n")]


DIFFERENT = groups(r"""
    1
    1.0
    True
    '1'
    1+0j

    0.0
    -0.0

    [1]
    (1,)
    {1}
    frozenset([1])
    {1: 1}

    {'a': 1, 'b': 2}
    {'b': 2, 'a': 1}

    b'a'
    bytearray(b'a')
    memoryview(b'a')
    'a'

    datetime.datetime(2026, 1, 1)
    datetime.date(2026, 1, 1)
    datetime.datetime(2026, 1, 1, fold=1)

    None
    float('nan')
    pd.NA
    pd.NaT
    np.datetime64('NaT')

    np.arange(4)
    np.arange(4.)
    np.arange(4, dtype='>i8')
    np.arange(4)[None]
    np.arange(4).tolist()

    np.ones((2, 2))
    np.ones((2, 2), order='F')
    np.ones((2, 4))[:, ::2]

    np.float64(1)
    np.float32(1)
    1.0
    np.array(1.)

    np.array([0.])
    np.array([-0.])

    np.array([float('nan')])
    np.array([0x7FF8000000000001]).view('f8')

    np.zeros(1, 'M8[s]')
    np.zeros(1, 'M8[ns]')
    np.zeros(1, 'm8[s]')
    np.zeros(1, 'M8')

    np.zeros(1, 'i4,i4')
    np.zeros(1, [('a', 'i4'), ('f1', 'i4')])
    np.zeros(1, np.dtype('i4,i2', align=True))
    np.zeros(1, 'i4,i2')

    np.ma.array([1, 2])
    np.ma.array([1, 2], mask=[False, False])
    np.ma.array([1, 2], mask=[0, 1])
    np.ma.array([1, 2], fill_value=5)
    np.ma.array([1, 2], hard_mask=True)
    np.array([1, 2])

    np.array(['a'])
    np.array(['a'], 'U2')
    np.array([b'a'])
    np.array(['a'], object)

    pd.Series([1])
    pd.Series([1], dtype='Int64')
    pd.Series([1], name='a')
    pd.Series([1], index=[1])
    pd.Series([1], index=[0])
    pd.DataFrame([1])

    pd.Series([1, None], dtype='Int64')
    pd.Series([1, None])
    pd.Series([1, None], dtype=object)
    pd.Series([1, float('nan')], dtype=object)
    pd.Series([1, pd.NA], dtype=object)

    having(pd.Series([1]), attrs={'a': 1})
    pd.Series([1]).set_flags(allows_duplicate_labels=False)

    pd.Series(['a'], dtype=object)
    pd.Series(['a'], dtype='string')
    pd.Series(['a'], dtype='category')

    pd.Series(pd.Categorical(['a', 'b']))
    pd.Series(pd.Categorical(['a', 'b'], ordered=True))
    pd.Series(pd.Categorical(['a', 'b'], ['b', 'a']))
    pd.Series(pd.Categorical(['a', 'b'], ['a', 'b', 'c']))

    pd.RangeIndex(2)
    pd.Index([0, 1])
    pd.RangeIndex(2, name='a')
    pd.RangeIndex(0, 3, 2)

    pd.date_range('2026', periods=2)
    pd.DatetimeIndex(['2026-01-01', '2026-01-02'])
    pd.date_range('2026', periods=2, tz='UTC')
    pd.date_range('2026', periods=2, freq='B')

    pd.MultiIndex.from_product([[1, 2], [3]])
    pd.MultiIndex.from_product([[1, 2], [3]])[:1]
    pd.MultiIndex.from_product([[1, 2], [3]], names=['a', None])
    pd.MultiIndex.from_product([[1], [3]])

    pd.Series(pd.arrays.SparseArray([0, 1]))
    pd.Series(pd.arrays.SparseArray([0, 1], fill_value=1))
    pd.Series(pd.arrays.SparseArray([0, 1], kind='block'))

    pd.Period('2026', 'D')
    pd.Period('2026', 'M')
    pd.Period('2026', pd.offsets.Day(2))

    pd.Interval(0, 1)
    pd.Interval(0, 1, closed='left')
    pd.Interval(0., 1.)

    pd.Timestamp(0)
    pd.Timestamp(0, tz='UTC')
    pd.Timestamp(0, tz='Europe/Berlin')
    pd.Timedelta(0)
    pd.Timestamp(1)

    pd.DataFrame({'a': [1], 'b': [1]})
    pd.DataFrame({'b': [1], 'a': [1]})
    pd.DataFrame([[1, 1]], columns=['a', 'a'])
    pd.DataFrame({'a': [1], 'b': [1.]})

    pd.DataFrame([[1, 2]], columns=[0, 1])
    pd.DataFrame([[1, 2]], columns=[0., 1.])
    pd.DataFrame([[1, 2]], columns=pd.Index([0, 1], dtype=object))
    pd.DataFrame([[1, 2]])
""")
SAME = groups("""
    1
    0x1

    np.arange(4)
    np.array([0, 1, 2, 3])

    np.ones((2, 2)).T
    np.ones((2, 2), order='F')

    pd.Series([1, 2])
    pd.DataFrame({'a': [1, 2]})['a'].rename(None)

    pd.Series(pd.array([1, None], dtype='Int64'))
    pd.Series(pd.array([1, None], dtype='Int64'))
""")


def describe(peer: Peer, group: list[str]) -> list[str]:
    """The descriptions of the expressions of a group that this environment can evaluate."""
    answers = [peer.ask(make=text) for text in group]
    assert all("description" in answer or "No module" in answer["failure"]["text"] for answer in answers), answers
    return [answer["description"] for answer in answers if "description" in answer]


@pytest.mark.parametrize("group", DIFFERENT, ids=lambda group: group[0])
def test_different_values_are_described_differently(peers: list[Peer], group: list[str]) -> None:
    for peer in peers:
        descriptions = describe(peer, group)
        for number, left in enumerate(descriptions):
            for right in descriptions[number + 1 :]:
                assert left != right, peer.name


@pytest.mark.parametrize("group", SAME, ids=lambda group: group[0])
def test_same_values_are_described_alike(peers: list[Peer], group: list[str]) -> None:
    for peer in peers:
        descriptions = describe(peer, group)
        assert all(description == descriptions[0] for description in descriptions), peer.name


ALIKE_EVERYWHERE = lines("""
    pd.DataFrame({1: [1.5, None], 2: pd.array([1, None], dtype='Int64'), 5: pd.Categorical([1, 2])})
    pd.Index([1, 2], dtype='int64')
    pd.Index([1.5])
    pd.Series(pd.PeriodIndex(['2026-01'], freq='M'))
    pd.Series(pd.arrays.IntervalArray.from_breaks([0, 1, 2]))
    pd.Series(np.array([0, 1], 'M8[ns]'), index=[0, 2])
    pd.Series(np.zeros(1, 'M8[ns]')).dt.tz_localize('UTC').dt.tz_convert('Europe/Berlin')
    pd.Series(np.zeros(1, 'M8[ns]')).dt.tz_localize('UTC')
    pd.Series(np.zeros(1, 'M8[ns]')).dt.tz_localize(datetime.timezone(datetime.timedelta(hours=1)))
    pd.MultiIndex.from_product([[1, 2], [1.5]], names=[1, None])
    pd.Series(pd.arrays.SparseArray([0, 1, 0]))
    np.ma.array([1, 2], mask=[True, False])
""")


@pytest.mark.parametrize("text", ALIKE_EVERYWHERE)
def test_same_value_is_described_alike_everywhere(peers: list[Peer], text: str) -> None:
    made = [peer for peer in peers if "pandas" in peer.versions]
    descriptions = [peer.ask(make=text)["description"] for peer in made]
    for peer, description in zip(made, descriptions, strict=True):
        assert description == descriptions[0], (made[0].name, peer.name)
