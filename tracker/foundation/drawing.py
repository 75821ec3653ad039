"""Small charts as SVG, for letters and paper, where no script draws: bars with a pattern beside each colour.

Every number also stands as words, in the picture or beside it, so that nothing is told by a length or a colour alone.
Patterns are drawn as lines, since mail programs drop what refers to another element.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from markupsafe import Markup, escape


class Tone(StrEnum):
    """How a piece of a bar looks; the value is its colour on white."""

    LATE = "#a61b1b"
    SOON = "#b56d00"
    OPEN = "#2a7f84"


@dataclass(frozen=True)
class Piece:
    """What a part of every bar counts, and how it looks."""

    name: str
    tone: Tone


@dataclass(frozen=True)
class Bar:
    """A bar: its name, and a number for each piece of the chart."""

    label: str
    values: Sequence[int]


@dataclass(frozen=True)
class BarChart:
    """Stacked bars with a title, and the sentence that says what is counted."""

    title: str
    description: str
    pieces: Sequence[Piece]
    bars: Sequence[Bar]


_STRIP_WIDTH: Final = 240
_THICK: Final = 10
_WIDTH: Final = 640
_ROOM: Final = 540
"""How long the longest bar of a chart is; what is right of it is for its numbers."""
_LEGEND: Final = 22
_STEP: Final = 30
_FONT: Final = "'標楷體', 'DFKai-SB', 'Noto Serif CJK TC', 'Noto Sans CJK TC', serif"


def draw_strip(values: Sequence[int], tones: Sequence[Tone], longest: int) -> Markup:
    """Return one bar without words, to stand beside its numbers; empty when there is nothing to show.

    `longest` is the sum that would fill the whole width.
    """
    if not longest or not any(values):
        return Markup()
    drawn = Markup().join(_bar(values, tones, 0, 0, _STRIP_WIDTH / longest))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' aria-hidden="true">{drawn}</svg>'
    ).format(width=_STRIP_WIDTH, height=_THICK, drawn=drawn)


def draw_bars(chart: BarChart, show: Callable[[int], str]) -> Markup:
    """Return a whole chart: legend, names above the bars, numbers behind them; empty without any number."""
    longest = max((sum(bar.values) for bar in chart.bars), default=0)
    if not longest:
        return Markup()
    tones = [piece.tone for piece in chart.pieces]
    drawn = [_legend(chart.pieces)]
    for place, bar in enumerate(chart.bars):
        top = _LEGEND + place * _STEP
        drawn.append(_words(0, top + 11, bar.label))
        drawn += _bar(bar.values, tones, 0, top + 16, _ROOM / longest)
        behind = sum(bar.values) * _ROOM / longest + 6
        drawn.append(_words(behind, top + 25, " + ".join(show(value) for value in bar.values)))
    height = _LEGEND + len(chart.bars) * _STEP
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' role="img" font-family="{font}" font-size="11"><title>{title}</title><desc>{description}</desc>{drawn}</svg>'
    ).format(
        width=_WIDTH,
        height=height,
        font=_FONT,
        title=chart.title,
        description=chart.description,
        drawn=Markup().join(drawn),
    )


def _legend(pieces: Sequence[Piece]) -> Markup:
    drawn, left = Markup(), 0.0
    for piece in pieces:
        drawn += Markup().join(_bar([1], [piece.tone], left, 2, 16)) + _words(left + 22, 11, piece.name)
        left += 40 + 12 * len(piece.name)
    return drawn


def _bar(
    values: Sequence[int], tones: Sequence[Tone], left: float, top: float, scale: float
) -> Iterator[Markup]:
    for value, tone in zip(values, tones, strict=True):
        if value:
            # What there is one of among thousands is still to be seen.
            width = max(value * scale, 1.5)
            yield _rectangle(left, top, width, tone)
            yield _pattern(left, top, width, tone)
            left += width


def _rectangle(left: float, top: float, width: float, tone: Tone) -> Markup:
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>').format(
        _short(left), _short(top), _short(width), _THICK, tone.value
    )


def _pattern(left: float, top: float, width: float, tone: Tone) -> Markup:
    match tone:
        case Tone.LATE:
            lines = [f"M{_short(left + step)} {_short(top)}v{_THICK}" for step in range(4, int(width), 5)]
        case Tone.SOON:
            lines = [f"M{_short(left)} {_short(top + step)}h{_short(width)}" for step in (3, 7)]
        case Tone.OPEN:
            lines = []
    path = Markup('<path d="{}" stroke="#ffffff" stroke-width="1.2"/>')
    return path.format("".join(lines)) if lines else Markup()


def _words(left: float, top: float, words: str) -> Markup:
    return Markup('<text x="{}" y="{}">{}</text>').format(_short(left), _short(top), escape(words))


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
