from __future__ import annotations

import pytest

from beep_jupyter.errors import UsageError
from beep_jupyter.quantities import duration_text, parse_size, size_text


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("4096", 4096),
        ("4096B", 4096),
        ("512M", 512 << 20),
        ("512m", 512 << 20),
        ("2GiB", 2 << 30),
        ("2GB", 2_000_000_000),
        ("1.5g", 3 << 29),
        (" 1 T ", 1 << 40),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, size_bytes: int) -> None:
    assert parse_size(text) == size_bytes


@pytest.mark.parametrize("text", ["", "M", "12X", "-1", "0", "1e9", "12 MiBs", "0.1"])
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_size(text)
    assert refused.value.what == f"{text!r} is not a size."
    assert refused.value.cure == "Write it as 512M, 2GiB or a number of bytes."


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(None, ""), (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (3 << 29, "1.5 GiB"), (200 << 20, "200 MiB")]
    + [(5 << 40, "5.0 TiB")],
)
def test_sizes_are_shown_with_a_unit(size_bytes: int | None, text: str) -> None:
    assert size_text(size_bytes) == text


@pytest.mark.parametrize(
    ("duration_s", "text"),
    [(0.4, "0 s"), (42.9, "42 s"), (60, "1 min"), (185, "3 min 5 s"), (7800, "2 h 10 min"), (349_200, "4 d 1 h")],
)
def test_durations_are_shown_in_their_two_largest_units(duration_s: float, text: str) -> None:
    assert duration_text(duration_s) == text
