"""Why a passage was proposed, in sentences: extraction gives the names of its rules, officials read these."""

from collections.abc import Iterable, Mapping
from typing import Final

from tracker.foundation.language import N_

SENTENCES: Final[Mapping[str, str]] = {
    "recommendation-section": N_("寫在「建議」的章節裡"),
    "mixed-section": N_("寫在心得與建議合寫的章節裡"),
    "reflection": N_("寫在「心得」的章節裡"),
    "outside-recommendation-section": N_("寫在建議章節以外的地方"),
    "labelled-recommendation": N_("原文標明這一段是建議"),
    "labelled-inside": N_("原文在段落中標明這一句是建議"),
    "named-item": N_("編號本身就寫著「建議」"),
    "action-table": N_("列在建議事項的表格裡"),
    "table-row": N_("是表格的一列"),
    "form-block": N_("是表單的一欄"),
    "numbered-item": N_("是編了號的一項"),
    "numbered-in-sentence": N_("是句中編號的一項"),
    "bullet-item": N_("是條列的一項"),
    "headed-item": N_("有自己的小標題"),
    "short-item": N_("是一行寫成的一項"),
    "labelled-paragraph": N_("前面標有主題"),
    "paragraph": N_("自成一段"),
    "counted-asks": N_("與前後幾句依序列舉"),
    "sentence": N_("自成一句"),
    "explicit-ask": N_("用了「建議」、「建請」一類的字眼"),
    "modal-ask": N_("用了「應」、「宜」一類的字眼"),
    "worth-adopting": N_("提到值得本機關借鏡"),
    "useful-for-reference": N_("只說可供參考"),
    "commitment": N_("是撰寫人承諾要做的事"),
    "doubted-words": N_("掃描辨識沒有把握，請對照原頁"),
    "marked_by_reviewer": N_("由審閱人從原文選取"),
    "split-by-reviewer": N_("由審閱人從一則分割而來"),
    "merged-by-reviewer": N_("由審閱人將幾則合併而成"),
    "moved-by-reviewer": N_("範圍由審閱人調整過"),
}
VERY_SURE: Final = 0.85
SURE: Final = 0.6


def reasons(why: Iterable[str]) -> list[str]:
    """Return the msgids of what the named rules say; a rule without a sentence keeps its name."""
    return [SENTENCES.get(name, name) for name in why]


def confidence_word(confidence: float) -> str:
    """Return the msgid of how sure extraction was, from 0 to 1."""
    if confidence >= VERY_SURE:
        return N_("很有把握")
    return N_("有把握") if confidence >= SURE else N_("沒有把握")
