"""A theme is proposed from the closed list, from the label before the quote."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.reports.rules.themes import propose_theme

THEMES = ("交通運輸", "智慧城市", "國際交流")


class TestProposeTheme:
    def test_hears_the_label_first(self) -> None:
        assert propose_theme(THEMES, "國際交流", "整合交通資訊。") == "國際交流"

    def test_hears_the_quote_without_a_label(self) -> None:
        assert propose_theme(THEMES, "", "建請交通局試辦。") == "交通運輸"

    def test_proposes_nothing_without_a_sign(self) -> None:
        assert propose_theme(THEMES, "", "請編列預算。") == ""

    @given(st.lists(st.text(min_size=2, max_size=6), max_size=5), st.text(max_size=30), st.text(max_size=60))
    def test_never_leaves_the_list(self, themes: list[str], label: str, quote: str) -> None:
        assert propose_theme(themes, label, quote) in {*themes, ""}
