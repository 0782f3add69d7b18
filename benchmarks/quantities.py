"""Numbers as people read them."""

from __future__ import annotations

from .metrics import Unit

_SCALES: dict[str, list[tuple[float, str]]] = {
    "s": [(1, "s"), (1e-3, "ms"), (1e-6, "us")],
    "B": [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")],
    "B/s": [(1e9, "GB/s"), (1e6, "MB/s")],
    "/s": [(1e6, "M/s"), (1e3, "k/s"), (1, "/s")],
}


def with_unit(value: float, unit: Unit | str) -> str:
    """Two or three digits that mean something, and the unit."""
    scales = _SCALES[unit]
    scale, name = next((pair for pair in scales if value >= pair[0]), scales[-1])
    return f"{digits(value / scale)} {name}"


def digits(number: float) -> str:
    """`0.0014`, `0.83`, `4.20`, `42.0`, `1,900`."""
    if number >= 100:
        return f"{float(f'{number:.3g}'):,.0f}"
    if number >= 10:
        return f"{number:.1f}"
    return f"{number:.2f}" if number >= 0.1 else f"{number:.2g}"
