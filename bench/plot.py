"""The medians as a picture: an SVG of bars that reads on light and on dark pages."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from bench.cases import CASES, Case, Kind
from bench.figures import Figure, Results, figure
from bench.tables import OURS, quantity

__all__ = ["svg"]

# Pixels. Panels stand in two columns; within each, names, bars and what they amount to.
_COLUMN = 440
_NAMES = 84
_BARS = 240
_HEAD = 26
_LINE = 19
_BAR = 12
_GAP = 18
_MARGIN = 8

_UNITS = {
    Kind.SPEED: "echoes per CPU second",
    Kind.HANDSHAKES: "per CPU second",
    Kind.FAIR: "99 %, in ms; less is better",
    Kind.MEMORY: "KiB each; less is better",
    Kind.PAGE: "of the speed without",
}

_STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #59636e; }
.title { font-weight: 600; fill: #1f2328; }
.bar { fill: #9198a1; }
.ours { fill: #0969da; }
.range { stroke: #1f2328; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1; }
  .title { fill: #f0f6fc; }
  .bar { fill: #656c76; }
  .ours { fill: #4493f8; }
  .range { stroke: #f0f6fc; }
}
"""


def svg(results: Results) -> str:
    """Draw the medians of each case that compares servers, and their range over the rounds."""
    panels = []
    for key, servers in results.samples.items():
        found = {name: figure(samples) for name, samples in servers.items()}
        figures = {name: value for name, value in found.items() if value is not None}
        if len(figures) > 1:
            panels.append((CASES[key], figures))
    parts: list[str] = []
    y = _MARGIN
    for place in range(0, len(panels), 2):
        row = panels[place : place + 2]
        for column, (case, figures) in enumerate(row):
            parts += _panel(case, figures, _MARGIN + column * _COLUMN, y)
        y += _HEAD + max(len(figures) for _, figures in row) * _LINE + _GAP
    width = 2 * _COLUMN + _MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" '
            f'width="{width}" height="{y}" role="img">',
            f"<title>Medians of {results.rounds} rounds; the thin lines go from the least to the "
            "most</title>",
            f"<style>\n{_STYLE}</style>",
            *parts,
            "</svg>\n",
        ]
    )


def _panel(case: Case, figures: Mapping[str, Figure], x: int, y: int) -> list[str]:
    most = max(value.most for value in figures.values())
    begin = x + _NAMES
    parts = [
        f'<text class="title" x="{x}" y="{y + 14}">{escape(case.title)}'
        f' <tspan font-weight="400">({_UNITS[case.kind]})</tspan></text>'
    ]
    for number, (name, value) in enumerate(figures.items()):
        top = y + _HEAD + number * _LINE
        middle = top + _BAR / 2
        width, least, end = (
            value_ / most * _BARS for value_ in (value.median, value.least, value.most)
        )
        kind = "bar ours" if name == OURS else "bar"
        parts += [
            f'<text x="{begin - 6}" y="{middle + 4:g}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="{kind}" x="{begin}" y="{top}" width="{width:.1f}" height="{_BAR}"/>',
            f'<path class="range" d="M{begin + least:.1f} {middle:g}H{begin + end:.1f}"/>',
            f'<text x="{begin + max(width, end) + 6:.1f}" y="{middle + 4:g}">'
            f"{quantity(case.kind, value.median)}</text>",
        ]
    return parts
