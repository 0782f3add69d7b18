"""Recipes of values: Python expressions that any environment which has the types can evaluate (`peer.py`).

A recipe is text because the value must be made where it starts its journey, by the library that is there. Hypothesis
draws them; `recipes` is all of them.
"""

from __future__ import annotations

from hypothesis import strategies as st

from . import of_arrow, of_numpy, of_pandas, of_polars, of_python
from .recipe import Recipe, join, recipe


@st.composite
def _containers(draw: st.DrawFn) -> Recipe:
    """Some of them in lists, tuples and dicts."""
    parts = draw(st.lists(st.one_of(of_python.scalars, of_numpy.values, of_pandas.values), min_size=1, max_size=3))
    form = draw(st.sampled_from(["[%s]", "(%s,)", "{'key': [%s]}", "{1: (%s,)}", "[{'$type': (%s,)}]"]))
    return recipe(form, join(parts))


FAMILIES = {
    "python": of_python.values,
    "numpy": of_numpy.values,
    "pandas": of_pandas.values,
    "pandas scalars": of_pandas.scalars,
    "pandas frames": of_pandas.frames(),
    "pyarrow": of_arrow.values,
    "polars": of_polars.values,
    "containers": _containers(),
}
_WEIGHTS = {"numpy": 3, "pandas": 3, "pandas frames": 3}

recipes = st.one_of(*(family for name, family in FAMILIES.items() for _ in range(_WEIGHTS.get(name, 1))))
"""Any value that may travel, or must be refused."""
