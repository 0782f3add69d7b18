"""What people have in their notebooks arrives in every environment that has its library: no refusal will do."""

from __future__ import annotations

import pytest

from .journeys import Journey, travel
from .peers import Peer
from .recipes.recipe import Recipe, lines

pytestmark = pytest.mark.timeout(600)  # the first test of a run waits for the environments

LIBRARIES = {"np.": "numpy", "pd.": "pandas", "pl.": "polars", "pa.": "pyarrow"}
COMMON = lines(r"""
    [1, 2.5, 'text', None, True, {'a': (1, 2)}]
    np.arange(12.).reshape(3, 4)
    np.array([[1, 2], [3, 4]])[::-1, ::-1]
    np.zeros((2, 3), 'f4', order='F')
    np.array(['a', 'bc'])
    np.array(['2026-11-03', 'NaT'], 'M8[D]')
    np.array([(1, 2.5)], [('a', 'i4'), ('b', 'f8')])
    np.array([1, 'a', None], object)
    np.ma.array([1, 2, 3], mask=[0, 1, 0])
    {'x': np.arange(3), 'y': [np.float64(1.5), np.int64(2), np.bool_(True)]}
    pd.DataFrame({'a': [1, 2], 'b': [1.5, None], 'c': ['x', 'y'], 'd': [True, False]})
    pd.DataFrame({'c': ['x', None]})
    pd.DataFrame({'a': [1, 2]}, index=['r', 's'])
    pd.DataFrame({'t': pd.to_datetime(['2026-11-03 00:00', '2026-11-04 12:00'])})
    pd.DataFrame({'t': pd.to_datetime(['2026-11-03', None])}).set_index('t')
    pd.DataFrame({'t': pd.date_range('2026-11-03', periods=3, freq='D', tz='Europe/Berlin')})
    pd.DataFrame({'d': pd.to_timedelta(['1 days', '2 hours'])})
    pd.DataFrame({'k': pd.Categorical(['a', 'b', 'a'])})
    pd.DataFrame({'k': pd.Categorical(['low', 'high'], ['low', 'high'], ordered=True)})
    pd.DataFrame({'n': pd.array([1, None], dtype='Int64'), 'b': pd.array([True, None], dtype='boolean')})
    pd.DataFrame({'s': pd.array(['a', None], dtype='string')})
    pd.DataFrame({'p': pd.period_range('2026-01', periods=2, freq='M')})
    pd.DataFrame({'i': pd.interval_range(0, 2)})
    pd.DataFrame({'o': [1, 'a', None]})
    pd.DataFrame({'o': [decimal.Decimal('1.10'), datetime.date(2026, 11, 3)]})
    pd.DataFrame({'o': [[1, 2], {'a': 1}]})
    pd.DataFrame([[1, 2]], columns=['a', 'a'])
    pd.DataFrame({0: [1], 1: [2]})
    pd.DataFrame()
    pd.DataFrame({'a': []})
    pd.DataFrame({'a': [1, 1, 2], 'b': [1, 2, 3], 'c': [1., 2., 3.]}).set_index(['a', 'b'])
    pd.DataFrame({'a': [1, 1, 2], 'b': [1, 2, 3]}).groupby('a').agg(['sum', 'mean'])
    pd.DataFrame({'a': [1, 2], 'b': ['x', 'y'], 'c': [1, 2]}).pivot_table(index='a', columns='b', values='c')
    pd.DataFrame({'a': [1, 2, 3]}).describe()
    pd.DataFrame({'a': [1, 2, 3]})[::2]
    having(pd.DataFrame({'a': [1]}), attrs={'source': 'cars.csv'})
    pd.Series([1, 2, 3], name='n')
    pd.Series(['a', 'b']).value_counts()
    pd.Series([1.5, None], index=pd.date_range('2026', periods=2, freq='D'))
    pd.Series(['a', 'b'], dtype='category')
    pd.Index(['a', 'b'], name='k')
    pd.RangeIndex(5)
    pd.date_range('2026-11-03', periods=3, freq='h' if pd.__version__ > '2.2' else 'H')
    pd.MultiIndex.from_product([['a', 'b'], [1, 2]], names=['x', 'y'])
    pd.Timestamp('2026-11-03 12:00', tz='Europe/Berlin')
    pd.Timedelta('1 days')
    [pd.NA, pd.NaT, pd.Period('2026', 'M'), pd.Interval(0, 1)]
    {'frames': [pd.DataFrame({'a': [1]}), pd.Series(['x'])]}
    pl.DataFrame({'a': [1, None], 'b': ['x', None], 'c': [1.5, 2.5], 'd': [[1], []]})
    pl.DataFrame({'k': ['a', 'b'], 't': ['x' * 99, 'y']}).with_columns(pl.col('k').cast(pl.Categorical))
    pl.Series('s', [datetime.date(2026, 11, 3), None])
    pl.DataFrame({'k': ['a', 'b', 'a']}).with_columns(pl.col('k').cast(pl.Categorical))
    pa.table({'a': [1, None], 'b': ['x', None], 'c': [[1], None]})
    pa.array([1, None, 3])
    pa.record_batch([pa.array([1.5])], names=['a'])
""")


@pytest.mark.parametrize("text", COMMON)
def test_common_value_arrives_everywhere(peers: list[Peer], text: str) -> None:
    needs = {library: (0,) for name, library in LIBRARIES.items() if name in text}
    recipe = Recipe(text, needs)
    able = [peer for peer in peers if recipe.is_for(peer.versions)]
    journeys = [Journey(recipe, sender, receiver) for sender in able for receiver in able]
    travel(journeys)
    wrong = [str(journey) for journey in journeys if journey.outcome not in ("arrived", "nearest")]
    assert not wrong, "\n\n".join(wrong[:3])
