"""The few shapes that the picture needs, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


class Drawing:
    """A white sheet.

    Args:
        width, height: in units of the picture.
    """

    def __init__(self, width: int, height: int) -> None:
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            ' font-family="system-ui, Helvetica, Arial, sans-serif">'
        ]
        self.box(0, 0, width, height, "#ffffff")

    def text(
        self, x: float, y: float, text: str, size: int = 12, fill: str = "#223", anchor: str = "start",
        weight: str = "normal",
    ) -> None:  # fmt: skip
        """A line of text; `y` is its base line."""
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"'
            f' font-weight="{weight}">{escape(text)}</text>'
        )

    def box(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """A filled rectangle."""
        self._parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str) -> None:
        """A thin straight one."""
        self._parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}"/>')

    def curve(self, points: Sequence[tuple[float, float]], stroke: str) -> None:
        """A thick one through points, with a dot at each."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<polyline points="{path}" fill="none" stroke="{stroke}" stroke-width="2"/>')
        self._parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{stroke}"/>' for x, y in points]

    def done(self) -> str:
        """The whole file."""
        return "\n".join([*self._parts, "</svg>", ""])
