"""Bars as SVG: well-formed, to scale, each piece with a pattern of its own, every number in words."""

import re

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tracker.foundation.drawing import Bar, BarChart, Piece, Tone, draw_bars, draw_strip

PIECES = [Piece("逾期", Tone.LATE), Piece("即將到期", Tone.SOON), Piece("其餘", Tone.OPEN)]
TONES = [piece.tone for piece in PIECES]
NUMBERS = st.integers(0, 100_000)


def chart(*bars: Bar) -> BarChart:
    return BarChart("哪些機關逾期最多？", "列管中的事項依主辦機關計算。", PIECES, bars)


def widths(drawn: str) -> list[float]:
    return [float(each) for each in re.findall(r'<rect [^>]*width="([\d.]+)"', drawn)]


class TestStrip:
    def test_is_as_long_as_its_share_of_the_longest(self) -> None:
        assert widths(draw_strip((3, 2, 5), TONES, 20)) == [36, 24, 60]

    def test_leaves_out_what_there_is_none_of(self) -> None:
        assert len(widths(draw_strip((0, 2, 0), TONES, 20))) == 1

    def test_is_nothing_where_nothing_is_counted(self) -> None:
        assert draw_strip((0, 0, 0), TONES, 0) == ""
        assert draw_strip((0, 0, 0), TONES, 9) == ""

    def test_shows_one_among_thousands(self) -> None:
        assert widths(draw_strip((1, 0, 50_000), TONES, 50_001))[0] > 1

    def test_holds_no_words_and_is_passed_over_by_screen_readers(self) -> None:
        drawn = draw_strip((3, 2, 5), TONES, 20)
        assert 'aria-hidden="true"' in drawn
        assert re.findall(r">([^<]+)<", drawn) == []


class TestBars:
    def test_name_themselves_to_screen_readers(self) -> None:
        drawn = etree.fromstring(draw_bars(chart(Bar("交通局", (3, 0, 4))), str))
        assert drawn.get("role") == "img"
        assert [each.text for each in drawn[:2]] == ["哪些機關逾期最多？", "列管中的事項依主辦機關計算。"]

    def test_say_every_number_in_words(self) -> None:
        drawn = draw_bars(chart(Bar("交通局", (1_204, 0, 4))), lambda number: f"{number:,}")
        assert ">1,204 + 0 + 4<" in drawn

    def test_have_a_pattern_for_each_colour_but_the_plain_one(self) -> None:
        legend = draw_bars(chart(Bar("交通局", (0, 0, 1))), str)
        assert [tone.value in legend for tone in TONES] == [True] * 3
        assert len(re.findall(r"<path ", legend)) == 2

    def test_refer_to_nothing(self) -> None:
        assert re.findall(r"url\(|href|style=", draw_bars(chart(Bar("交通局", (3, 2, 4))), str)) == []

    @given(values=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=10), name=st.text())
    def test_stay_within_their_room_whatever_they_count(
        self, values: list[tuple[int, ...]], name: str
    ) -> None:
        name = "".join(each for each in name if each.isprintable())
        drawn = draw_bars(chart(*(Bar(name, each) for each in values)), str)
        if drawn:
            picture = etree.fromstring(drawn)
            assert all(width <= 545 for width in widths(drawn))
            assert picture.findall("{*}text")[len(PIECES)].text == (name or None)
        else:
            assert not any(map(any, values))
