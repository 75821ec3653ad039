"""Each rule of extraction by its name: its example holds, and so does a second case that no docstring tells."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

import tracker.extraction
from tests.support.rules import failures, quotes
from tracker.extraction import extract
from tracker.extraction.cover import (
    agencies,
    agency_line,
    category_in_brackets,
    dated_line,
    signed,
    ticked_choice,
)
from tracker.extraction.cover import fields as cover_fields
from tracker.extraction.cover.delegation import member_agencies, members, people
from tracker.extraction.cover.entries import goes_on, pairs_in, torn_job
from tracker.extraction.cover.fields import Field
from tracker.extraction.cover.periods import english_days, period_in, period_of_story
from tracker.extraction.cover.places import destinations
from tracker.extraction.cover.titles import title_line
from tracker.extraction.items.listed import ticked_off
from tracker.extraction.items.records import announces_next
from tracker.extraction.items.splitting import begins_anew, several_addressees
from tracker.extraction.outline import outline
from tracker.extraction.outline.bare import bare_numbers
from tracker.extraction.outline.contents import contents_head, contents_leader
from tracker.extraction.outline.headings import (
    addressee_heading,
    bold_heading,
    capital_heading,
    free_heading,
    goes_on_below,
    known_heading,
    numbered_heading,
)
from tracker.extraction.outline.lines import run_on_numbers, torn_by_page
from tracker.extraction.outline.tables import aligned_row, bar_row, header_columns, tab_row
from tracker.extraction.outline.tree import captioned_part, counted_within, torn_number
from tracker.extraction.passage import Line, joined
from tracker.extraction.registry import RULES, name_of, rule
from tracker.extraction.sections import (
    Kind,
    advice_of_others,
    answer_to_advice,
    aside_title,
    completed_actions,
    declining_title,
    earlier_advice,
    kind_of,
    names_recommendation,
    open_box,
    recommending_title,
    reflecting_title,
)
from tracker.extraction.wording import captions
from tracker.extraction.wording.asks import (
    Ask,
    about_hosts,
    commitment,
    explicit_ask,
    modal_ask,
    useful_for_reference,
    worth_adopting,
)
from tracker.extraction.wording.duedates import due_in
from tracker.extraction.wording.exclusions import (
    already_done,
    law_says,
    past_advice,
    question,
    reported_advice,
    supposition,
)
from tracker.extraction.wording.imperatives import imperative
from tracker.extraction.wording.notes import noted_behind, owner_in_brackets
from tracker.extraction.wording.own import Own
from tracker.extraction.wording.owners import (
    owner_after_ask,
    owner_after_by,
    owner_as_subject,
    owner_before_colon,
    owner_in_english,
    owner_of_lesson,
    owner_within,
)
from tracker.extraction.wording.remarks import closing_words, details_below, lead_in, no_recommendation
from tracker.reading.text import plain
from tracker.reports.rules.reasons import SENTENCES

for _module in pkgutil.walk_packages(tracker.extraction.__path__, "tracker.extraction."):
    importlib.import_module(_module.name)

DOCUMENTS = sorted((Path(__file__).parents[2] / "documents").rglob("*.txt"))
OWN = Own(frozenset({"澄湖"}))


def row(*texts: str) -> Line:
    """Return a line of cells."""
    begins = [sum(len(t) + 1 for t in texts[:i]) for i in range(len(texts))]
    return Line(0, "\t".join(texts), cells=tuple((b, b + len(t)) for b, t in zip(begins, texts, strict=True)))


def field(name: str, yes: str, no: str) -> bool:
    """Say whether a rule of the cover's fields knows one caption and not the other."""
    announces = getattr(cover_fields, f"{name}_field")
    return bool(announces(yes)) and not announces(no)


def due(sentence: str, text: str, day: date | None = None) -> bool:
    """Say whether a sentence gives a due date in these words and with this day."""
    hint = due_in(sentence)
    return hint is not None and (hint.text, hint.date) == (text, day)


# A second case for every rule, apart from the example in its docstring.
HOLDS: dict[str, Callable[[], object]] = {
    # The cover.
    "dated-line": lambda: dated_line([Line(0, "中華民國112年9月5日")]) == date(2023, 9, 5),
    "agencies": lambda: agencies(["甲市政府文化局；甲市立圖書館"]) == ["甲市政府文化局", "甲市立圖書館"],
    "agency-line": lambda: agency_line([Line(0, "赴荷蘭考察報告"), Line(9, "杉溪縣政府")]) == ["杉溪縣政府"],
    "category-in-brackets": lambda: category_in_brackets([Line(0, "報告（類別：其他－開會）")]) == "其他－開會",
    "ticked-choice": lambda: ticked_choice("☑ 2.開會 ☐ 3.實習") == "開會",
    "people": lambda: [p.title for p in people(["Ada Lind, Planner; Ole Berg, Engineer"], [])] == ["Planner", "Engineer"],
    "members": lambda: [p.name for p in members([row("職稱", "姓名"), row("科員", "羿可人")])] == ["羿可人"],
    "member-agencies": lambda: member_agencies([row("姓名", "服務機關"), row("羿可人", "杉溪縣政府")]) == ["杉溪縣政府"],
    "pairs-in": lambda: pairs_in(Line(0, "【出國類別】考察")) == [(Field.CATEGORY, "考察")],
    "torn-job": lambda: not torn_job("鄢若谷股長", Line(9, "一、前言")),
    "signed": lambda: not signed("Shelter Office, City of Elm") and signed("Ada Lind, Head of Works"),
    "goes-on": lambda: not goes_on(Line(0, "壹、前言"), Field.AGENCY, ["杉溪縣政府"]),
    "title-field": lambda: field("title", "報告題目", "計畫名稱"),
    "plan-field": lambda: field("plan", "出國計畫名稱", "計畫主辦機關"),
    "agency-field": lambda: field("agency", "計畫主辦機關", "出國人員"),
    "people-field": lambda: field("people", "姓名／職稱", "職稱"),
    "job-field": lambda: field("job", "職務", "姓名"),
    "destination-field": lambda: field("destination", "前往國家", "前往期間"),
    "period-field": lambda: field("period", "起訖日期", "日期"),
    "return-field": lambda: field("return", "回國日期", "期間"),
    "report-date-field": lambda: field("report_date", "Issued on", "Dates of travel"),
    "category-field": lambda: field("category", "出國性質", "出國地點"),
    "other-field": lambda: field("other", "聯絡電話", "服務機關"),
    "period-in": lambda: period_in("108/5/20~108/5/29") == (date(2019, 5, 20), date(2019, 5, 29)),
    "english-days": lambda: english_days("11 to 14 March 2024") == [date(2024, 3, 11), date(2024, 3, 14)],
    "period-of-story": lambda: period_of_story([Line(0, "108年2月23日 出發")]) == (None, None),
    "destinations": lambda: destinations([], "Visit to Norway and Denmark") == ["Norway", "Denmark"],
    "title-line": lambda: title_line("雨水花園怎麼蓋") and not title_line("Fourth Report of Session 2024-25"),
    # The shape of the text.
    "bare-numbers": lambda: not bare_numbers([Line(0, "2 人同行"), Line(6, "3 Items")]),
    "contents-head": lambda: contents_head("目次"),
    "contents-leader": lambda: contents_leader("壹 、前言 . . . . . ３"),
    "known-heading": lambda: known_heading("心得及建議") and known_heading("Recommendations"),
    "bold-heading": lambda: bold_heading(Line(0, "〔短期建議〕（一年內）")),
    "free-heading": lambda: not free_heading(Line(0, "參訪港務公司", gap=False)),
    "numbered-heading": lambda: not numbered_heading("將潮間帶導覽納入解說員認證，", 60),
    "goes-on-below": lambda: not goes_on_below(Line(0, "3.1 Paths"), Line(10, "paths are worn.", gap=True)),
    "capital-heading": lambda: capital_heading("AGENCY COMMENTS") and not capital_heading("A B"),
    "addressee-heading": lambda: addressee_heading("建請交通局：") and not addressee_heading("To be continued"),
    "torn-by-page": lambda: not torn_by_page("The doors open at nine."),
    "run-on-numbers": lambda: len(run_on_numbers(Line(0, "第一，應增設坡道。第二，宜公布紀錄。"))) == 2,
    "bar-row": lambda: len(bar_row("一｜增設廁所｜公園處")) == 3 and not bar_row("a | b"),
    "tab-row": lambda: len(tab_row("增設坡道\t工務局")) == 2,
    "header-columns": lambda: header_columns(Line(0, "項次　建議事項　　　主辦機關")) == [0, 6, 20],
    "aligned-row": lambda: aligned_row(Line(0, "一段　文字"), ()) == (),
    "release-tail": lambda: quotes("建議\n- 增設坡道\n- 公布紀錄\n\n謝謝各位。\n", "short-item") == ["增設坡道", "公布紀錄"],
    "captioned-part": lambda: captioned_part(Line(0, "心得：收穫良多。"), {"心得": 1}) is not None,
    "counted-within": lambda: counted_within([Line(0, "請（1）增設候車亭、座椅及站牌；")], Line(16, "（2）公布班次。"), 30),
    "torn-number": lambda: not torn_number(Line(0, "The doors"), Line(10, "15. It is used", gap=True), 36),
    # Sections.
    "recommending-title": lambda: all(map(recommending_title, ["後續推動", "擬辦事項", "Next steps", "立即可行建議"])),
    "mixing-title": lambda: kind_of("結論與建議") is Kind.MIXED,
    "reflecting-title": lambda: reflecting_title("考察感想") and not reflecting_title("參訪行程"),
    "advice-of-others": lambda: advice_of_others("與會者建議") and not advice_of_others("對業者之輔導建議"),
    "earlier-advice": lambda: earlier_advice("歷年建議事項"),
    "answer-to-advice": lambda: answer_to_advice("機關回應"),
    "completed-actions": lambda: completed_actions("Immediate actions (completed)"),
    "declining-title": lambda: declining_title("不另提建議之事項") and not declining_title("無障礙設施之建議"),
    "aside-title": lambda: aside_title("參考書目") and not aside_title("參觀紀要"),
    "open-box": lambda: open_box("☐"),
    "asking-lead-in": lambda: quotes("We should:\n- plant trees\n- mend the gate\n", "short-item") == ["plant trees", "mend the gate"],
    # Items.
    "numbered-item": lambda: quotes("肆、擬辦\n（一）請工務局修補。\n", "numbered-item") == ["請工務局修補。"],
    "announces-next": lambda: announces_next("建請交通局：") and not announces_next("理由如下，包括："),
    "is-whole-with-details": lambda: quotes("建議\n一、增設設施。項目包括：\n1. 候車亭。\n2. 站牌。\n", "numbered-item")
    == ["增設設施。項目包括：\n1. 候車亭。\n2. 站牌。"],
    "bullet-item": lambda: quotes("# Next steps\n- Mend the gate.\n- Plant trees.\n", "bullet-item") == ["Mend the gate.", "Plant trees."],
    "short-item": lambda: quotes("Recommendations\n1. Mend the gate\n2. Plant trees\n", "short-item") == ["Mend the gate", "Plant trees"],
    "headed-item": lambda: quotes("建議\n一、候車\n應增設座椅。\n二、資訊\n應公布班次。\n", "headed-item") == ["應增設座椅。", "應公布班次。"],
    "done-item": lambda: quotes("建議\n1、已於去年完成設置。\n2、公布班次。\n", "numbered-item", possible=True) == ["已於去年完成設置。"],
    "ticked-off": lambda: ticked_off("☑") and not ticked_off("☐"),
    "labelled-paragraph": lambda: quotes("一、檢討與建議\n現況：老舊。\n建議：汰換座椅。\n", "labelled-paragraph") == ["汰換座椅。"],
    "paragraph": lambda: quotes("Recommendations\n\nThe gate should be mended.\n", "paragraph") == ["The gate should be mended."],
    "sentence": lambda: quotes("建議\n首先，應增設座椅。其次，應公布班次。\n", "sentence") == ["首先，應增設座椅。", "其次，應公布班次。"],
    "unnumbered-list": lambda: quotes("建議\n港區很美。人多。熱鬧。\n\n本市應公布班次。\n", "paragraph") == ["本市應公布班次。"],
    "asking-item": lambda: quotes("心得與建議\n1、港區很美，建議增設座椅。\n2、港區很美。\n", "numbered-item") == ["港區很美，建議增設座椅。"],
    "labelled-recommendation": lambda: quotes("一、港區\n港區很美。\n【建議】增設座椅。\n", "labelled-recommendation") == ["增設座椅。"],
    "named-item": lambda: quotes("一、港區\n建議一：增設座椅。\n", "named-item") == ["增設座椅。"],
    "labelled-inside": lambda: quotes("一、港區\n港區很美。建議：增設座椅。\n", "labelled-inside") == ["增設座椅。"],
    "names-recommendation": lambda: names_recommendation("Safety Recommendation 4:"),
    "promising-reflection": lambda: quotes("心得\n交流：會後對方敲定互訪。\n", "commitment", possible=True) == [],
    "ask-elsewhere": lambda: quotes("一、過程\n業者應於三月申報。\n", Kind.BODY.value) == [],
    "without-rivals": lambda: quotes("一、過程\n本市應增設座椅。\n二、建議\n公布班次。\n", "modal-ask", possible=True) == [],
    "numbered-in-sentence": lambda: quotes("擬辦\n請甲局①增設座椅；②公布班次。", "numbered-in-sentence") == ["增設座椅；", "公布班次。"],
    "several-addressees": lambda: len(several_addressees(joined([Line(0, "宜以減量為基礎；建請環保局修正。")]))) == 1,
    "counted-asks": lambda: quotes("一、港區\n首先，港區很美。其次，本市應增設座椅。\n", "counted-asks") == [],
    "begins-anew": lambda: begins_anew("另建議增設座椅。") and not begins_anew("This would help."),
    "action-table": lambda: quotes("## Log\n|Action item|Owner|\n|-|-|\n|Mend the gate|Parks|\n", "action-table") == ["Mend the gate"],
    "table-row": lambda: quotes("## 策進作為\n|現況|策進作為|\n|-|-|\n|老舊|汰換座椅|\n", "table-row") == ["汰換座椅"],
    "guessed-columns": lambda: quotes("建議\n汰換老舊座椅\t公園處\n公布維護紀錄\t資訊局\n", "table-row") == ["汰換老舊座椅", "公布維護紀錄"],
    "form-block": lambda: quotes("建議\n建議內容\t汰換座椅\n主辦機關\t公園處\n", "form-block") == ["汰換座椅"],
    # Wording.
    "explicit-ask": lambda: explicit_ask("仍請教育局辦理。") and not explicit_ask("兩項建議都很好。"),
    "modal-ask": lambda: modal_ask("The city should plant trees.", OWN) and not modal_ask("設備反應靈敏。", OWN),
    "worth-adopting": lambda: worth_adopting("其制度值得澄湖參採。", OWN),
    "useful-for-reference": lambda: not useful_for_reference("可作為學術研究之參考。", OWN),
    "commitment": lambda: commitment("We will publish the list.", OWN) and not commitment("They will publish it.", OWN),
    "imperative": lambda: imperative("**Ensure** that doors open.") and not imperative("Doors open."),
    "status-caption": lambda: captions.status_caption("辦理情形") and not captions.status_caption("情形"),
    "owner-caption": lambda: captions.owner_caption("權責單位") and captions.owner_caption("Responsible officer"),
    "due-caption": lambda: captions.due_caption("完成期限") and captions.due_caption("Due date"),
    "action-caption": lambda: captions.action_caption("對本市之建議") and not captions.action_caption("專家的建議"),
    "background-caption": lambda: captions.background_caption("案由一") and captions.background_caption("Rationale"),
    "number-column": lambda: captions.number_column("No.") and captions.number_column("編號"),
    "action-column": lambda: captions.action_column("Corrective action"),
    "due-day-before": lambda: due("於民國一〇九年六月三日前", "民國一〇九年六月三日前", date(2020, 6, 3)),
    "due-period-before": lambda: due("２０２４年底前", "2024年底前", date(2024, 12, 31)),
    "due-quarter": lambda: due("114年Q3辦理", "114年Q3", date(2025, 9, 30)),
    "due-half-year": lambda: due("113年上半年", "113年上半年", date(2024, 6, 30)),
    "due-end-of-period": lambda: due("113年2月底", "113年2月底", date(2024, 2, 29)),
    "due-latest-day": lambda: due("至遲於110年3月5日公告", "110年3月5日", date(2021, 3, 5)),
    "due-told-year": lambda: due("本(113)年底前", "本(113)年底前", date(2024, 12, 31)),
    "due-season-alone": lambda: due("於明年春節前", "明年春節前"),
    "due-next-term": lambda: due("自下學年起", "下學年"),
    "due-within-days": lambda: due("30日內提報", "30日內"),
    "due-english-half": lambda: due("in the second half of 2026", "second half of 2026", date(2026, 12, 31)),
    "due-english-about": lambda: due("by late 2026", "late 2026"),
    "due-english-day-only": lambda: due("no later than March 1", "March 1"),
    "due-english-next": lambda: due("in the coming year", "the coming year"),
    "due-english-season": lambda: due("before the 2026 school year", "2026 school year"),
    "due-from-day": lambda: due("從110年3月5日起", "110年3月5日起", date(2021, 3, 5)),
    "due-from-month": lambda: due("自110年3月起", "110年3月起", date(2021, 3, 31)),
    "due-day-in-figures": lambda: due("109/12/31前", "109/12/31前", date(2020, 12, 31)),
    "due-done-in": lambda: due("115年4月完成", "115年4月", date(2026, 4, 30)),
    "due-before-season": lambda: due("115年暑假前", "115年暑假前"),
    "due-budget-year": lambda: due("納入一百一十六年度預算", "一百一十六年度"),
    "due-after-return": lambda: due("奉核後2週內", "奉核後2週內"),
    "due-next-year": lambda: due("明年底前", "明年底前"),
    "due-month-only": lambda: due("於9月底前", "9月底前"),
    "due-within": lambda: due("一年內完成", "一年內"),
    "due-english-day": lambda: due("by 3rd May 2025", "3rd May 2025", date(2025, 5, 3)),
    "due-american-day": lambda: due("before Dec. 1, 2025", "Dec. 1, 2025", date(2025, 12, 1)),
    "due-english-month": lambda: due("no later than March 2026", "March 2026", date(2026, 3, 31)),
    "due-english-quarter": lambda: due("by Q3 2025", "Q3 2025", date(2025, 9, 30)),
    "due-english-year": lambda: due("no later than 2027", "2027", date(2027, 12, 31)),
    "due-english-within": lambda: due("within 30 days", "within 30 days"),
    "due-english-month-only": lambda: due("before October", "October"),
    "due-english-occasion": lambda: due("before Christmas", "Christmas"),
    "reported-advice": lambda: reported_advice("市長表示市府應簽約。") and not reported_advice("請市長出席。"),
    "past-advice": lambda: past_advice("上次建議業已完成。"),
    "law-says": lambda: law_says("Under the Ports Act the Director shall issue a notice."),
    "question": lambda: question("Should the city wait?"),
    "supposition": lambda: supposition("它應是全國首例。"),
    "about-hosts": lambda: about_hosts("當地氣候宜人。"),
    "already-done": lambda: already_done("The clerk has already published the list."),
    "noted-behind": lambda: noted_behind("修補步道。主辦機關：工務局").owner == "工務局",
    "owner-in-brackets": lambda: (note := owner_in_brackets("修補步道（工務局）")) is not None and note.owner == "工務局",
    "owner-before-colon": lambda: owner_before_colon("交通局、工務局") == "交通局",
    "owner-as-subject": lambda: list(owner_as_subject("文化局會同消防局編組。")) == ["文化局"],
    "owner-after-ask": lambda: list(owner_after_ask("請本府工務局修補。")) == ["工務局"],
    "owner-after-by": lambda: list(owner_after_by("宜由各單位辦理。")) == [],
    "owner-of-lesson": lambda: list(owner_of_lesson("此事值得學校參考。")) == [],
    "owner-within": lambda: list(owner_within("步道老舊，工務局應修補。")) == ["工務局"],
    "owner-in-english": lambda: list(owner_in_english("Vehicles should be washed.")) == [],
    "no-recommendation": lambda: no_recommendation("本次參訪尚無建議。") and not no_recommendation("無人機應登記。"),
    "lead-in": lambda: lead_in("建議分述如下。"),
    "details-below": lambda: details_below("I recommend that assent be withheld on the grounds that:"),
    "closing-words": lambda: closing_words("綜上，本次考察圓滿完成。"),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
class TestRule:
    def test_example_holds(self, name: str) -> None:
        failed, tried = failures(RULES[name])
        assert tried > 0, "a rule shows an example in its docstring"
        assert failed == 0

    def test_holds(self, name: str) -> None:
        assert HOLDS[name]()

    def test_says_what_it_looks_at(self, name: str) -> None:
        assert re.fullmatch(r"[A-Z應].{10,}[.。]", RULES[name].purpose)


class TestRegistry:
    def test_no_case_is_left_of_a_rule_that_is_gone(self) -> None:
        assert set(HOLDS) == set(RULES)

    def test_a_name_is_given_once(self) -> None:
        def explicit_ask() -> None: ...

        assert name_of(explicit_ask) == "explicit-ask"
        with pytest.raises(ValueError, match="explicit-ask"):
            rule(explicit_ask)


def _reasons() -> Iterator[str]:
    for path in DOCUMENTS:
        found = extract(plain(path.read_bytes().decode()))
        yield from (name for each in (*found.recommendations, *found.possible) for name in each.why)


class TestReasons:
    def test_what_speaks_for_a_candidate_is_told_in_a_sentence(self) -> None:
        assert set(_reasons()) - set(SENTENCES) == set()

    def test_what_speaks_for_a_candidate_is_a_rule_or_a_place(self) -> None:
        places = {kind.value for kind in Kind}
        assert set(_reasons()) - set(RULES) - places == set()

    def test_every_way_of_asking_is_a_rule(self) -> None:
        assert {ask.value for ask in Ask} <= set(RULES)


class TestShape:
    def test_outline_is_a_tree_of_titles(self) -> None:
        root = outline(plain("壹、前言\n略。\n貳、建議\n一、增設座椅。\n")).root
        assert [part.title for part in root.parts] == ["前言", "建議"]
