"""The record told as sentences."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from tracker.actions.rules.story import tell

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


@dataclass
class Act:
    action: str
    after: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    seq: int = 1
    at: datetime = AT
    actor_id: int | None = 7
    actor_name: str = "何語安"


class TestTell:
    def test_fills_every_place_of_a_sentence(self) -> None:
        record = [
            Act(
                "assign",
                {"lead": "交通局", "officer": "何語安", "due_on": "2026-06-30", "support": ["教育局"]},
            ),
            Act("assign", {"lead": "交通局", "due_on": "2026-06-30"}),
            Act("reassign", {"lead": "教育局", "reason": "業務移撥"}, {"lead": "交通局"}),
            Act("reassign", {"officer": "白若水", "reason": "職務異動"}, {"officer": "何語安"}),
            Act("reassign", {"support": ["教育局"], "reason": "增列協辦"}, {"support": []}),
            Act("acknowledge", {"officer": "何語安"}),
            Act(
                "report_progress",
                {"department": "交通局", "percent": 40, "narrative": "已完成招標。"},
                {"percent": 0},
            ),
            Act("report_progress", {"department": "交通局", "narrative": "施工中。"}),
            Act(
                "request_closing",
                {"department": "交通局", "completed_on": "2026-06-01", "outcome": "partial"},
            ),
            Act("part_release_requested", {"department": "教育局", "completed_on": "2026-06-01"}),
            Act("refuse_closing", {"round_no": 2, "decision": "缺成效數據"}),
            Act("part_released", {"department": "教育局"}),
            Act("part_release_refused", {"department": "教育局"}),
            Act("agree_closing", {"outcome": "implemented"}),
            Act("reopen", {"round_no": 3, "reason": "成果未持續"}),
            Act("withdraw", {"reason": "policy_changed", "explanation": "政策調整", "approval": "秘書長"}),
            Act("merge", {"into": "115-TPT-001-02"}),
            Act("received_merged", {"item_no": "115-TPT-001-03"}),
            Act("void", {"explanation": "重複建檔"}),
        ]
        for line in tell(record):
            days = {name: day.isoformat() for name, day in line.days.items()}
            sentence = line.sentence % {"actor": line.actor, **line.values, **line.terms, **days}
            assert "%" not in sentence.replace("40%", "")
            assert all(line.values[name] for name in line.values if f"%({name})s" in line.sentence)
        assert len(tell(record)) == len(record)

    def test_a_refusal_ends_a_round_and_a_reopening_begins_one(self) -> None:
        record = [
            Act("request_closing", {"completed_on": "2026-06-01", "outcome": "implemented"}),
            Act("refuse_closing", {"round_no": 2}),
            Act("report_progress"),
            Act("agree_closing", {"outcome": "implemented"}),
            Act("reopen", {"round_no": 3}),
        ]
        assert [line.round_no for line in tell(record)] == [1, 1, 2, 2, 3]

    def test_keeps_the_words_people_wrote_and_leaves_out_empty_ones(self) -> None:
        (line,) = tell(
            [Act("report_progress", {"narrative": "已完成招標。", "next_step": "", "difficulty": "工期延宕"})]
        )
        assert [each.words for each in line.details] == ["已完成招標。", "工期延宕"]

    def test_names_days_and_evidence(self) -> None:
        facts = {
            "completed_on": "2026-06-01",
            "outcome": "implemented",
            "evidence": [{"id": 3, "name": "成果.pdf"}],
        }
        (line,) = tell([Act("request_closing", facts)])
        assert line.days == {"completed_on": date(2026, 6, 1)}
        assert line.evidence == [3]

    def test_passes_over_what_it_does_not_know(self) -> None:
        assert tell([Act("opened"), Act("something_later")]) == []
