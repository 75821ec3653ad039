"""Every rule of extraction is told as a sentence, and how sure it was in words."""

import pytest

from tests.support.report_stories import TRAM
from tracker.extraction import extract
from tracker.extraction.wording.asks import Ask
from tracker.reading.document import ReadingLimits
from tracker.reading.text import TextReader
from tracker.reports.rules.reasons import SENTENCES, confidence_word, reasons

TEXTS = {
    "listed": TRAM,
    "mixed": "壹、心得與建議\n港口以單一窗口處理報修，值得本府參採。\n本府應於明年整合報修電話。\n建議增設夜間照明。\n",
    "table": "建議事項\n編號\t建議\t主辦機關\t期限\n1\t增設候車亭\t交通局\t115年底\n",
    "elsewhere": "一、過程\n參觀港務公司。\n建議：本府增設候車亭。\n二、心得\n會後本局將於六月邀請對方來訪。\n",
    "english": "Recommendations\n- The agency should open a second counter.\n- We recommend (1) more buses; (2) fewer forms.\n",
}


class TestReasons:
    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
    def test_every_rule_that_speaks_has_a_sentence(self, text: str) -> None:
        found = extract(TextReader("text").read(text.encode(), ReadingLimits()))
        named = {name for each in (*found.recommendations, *found.possible) for name in each.why}
        assert named - set(SENTENCES) == set()

    def test_every_way_of_asking_has_a_sentence(self) -> None:
        assert {ask.value for ask in Ask} <= set(SENTENCES)

    def test_a_rule_without_a_sentence_keeps_its_name(self) -> None:
        assert reasons(["numbered-item", "new-rule"]) == [SENTENCES["numbered-item"], "new-rule"]


class TestConfidenceWord:
    def test_tells_three_degrees(self) -> None:
        assert len({confidence_word(sure) for sure in (0.95, 0.7, 0.3)}) == 3
