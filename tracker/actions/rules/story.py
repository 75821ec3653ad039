"""The record of an item told as sentences: who did what, in which round, in the words of the people themselves.

Sentences are msgids with named values; values that are words of this system are msgids too, in `terms`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Protocol

from tracker.actions.rules.editing import TRACKING_LEVEL_LABELS
from tracker.actions.rules.extending import EXTENSION_REASON_LABELS, LEVEL_LABELS
from tracker.actions.rules.petitioning import PETITION_LABELS
from tracker.actions.rules.workflow import OUTCOME_LABELS, WITHDRAWAL_LABELS, Outcome, WithdrawalReason
from tracker.foundation.language import N_
from tracker.reports.rules.adoption import LABELS as ADOPTION_LABELS


class Recorded(Protocol):
    """An act as the record keeps it."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def before(self) -> Mapping[str, Any]: ...
    @property
    def after(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Passage:
    """Words that somebody wrote, under the heading that says what they are (a msgid).

    Where they took the place of others, `was` is what stood there before. `are_terms`: both are msgids.
    """

    heading: str
    words: str
    was: str = ""
    are_terms: bool = False


@dataclass(frozen=True)
class Line:
    """One act as a sentence.

    `sentence` is a msgid with named places for `values`; `terms` are values that are msgids, `days` are dates.
    `acting_for` names the person as whose deputy the actor acted.
    """

    seq: int
    at: datetime
    kind: str
    round_no: int
    actor_id: int | None
    actor: str
    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)
    details: Sequence[Passage] = ()
    evidence: Sequence[int] = ()
    acting_for: str = ""


@dataclass(frozen=True)
class _Told:
    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)
    details: Sequence[Passage] = ()


def tell(record: Iterable[Recorded]) -> list[Line]:
    """Tell the recorded acts on one item, oldest first; what this version does not know is left to the record."""
    lines: list[Line] = []
    round_no = 1
    for act in record:
        if act.action not in _TELLERS:
            continue
        kind, teller = _TELLERS[act.action]
        if act.action == "reopen":
            round_no = int(act.after.get("round_no", round_no + 1))
        lines.append(_line(act, kind, round_no, teller(act)))
        if act.action == "refuse_closing":
            round_no = int(act.after.get("round_no", round_no + 1))
    return lines


def _line(act: Recorded, kind: str, round_no: int, told: _Told) -> Line:
    files = act.after.get("evidence") or []
    return Line(
        seq=act.seq,
        at=act.at,
        kind=kind,
        round_no=round_no,
        actor_id=act.actor_id,
        actor=act.actor_name,
        sentence=told.sentence,
        values=told.values,
        terms=told.terms,
        days=told.days,
        details=[each for each in told.details if each.words or each.was],
        evidence=[int(file["id"]) for file in files],
        acting_for=_text(act.after, "acting_for"),
    )


def _assigned(act: Recorded) -> _Told:
    officer, day = _text(act.after, "officer"), _day(act.after, "due_on")
    values = {"lead": _text(act.after, "lead"), "officer": officer}
    if day is None:
        return _Told(N_("%(actor)s分案給%(lead)s。"), values)
    sentence = (
        N_("%(actor)s分案給%(lead)s，承辦人%(officer)s，預定完成日%(due_on)s。")
        if officer
        else N_("%(actor)s分案給%(lead)s，預定完成日%(due_on)s。")
    )
    return _Told(sentence, values, days={"due_on": day}, details=[_supporting(act)])


def _reassigned(act: Recorded) -> _Told:
    values = {
        "from": _text(act.before, "lead"),
        "to": _text(act.after, "lead"),
        "officer": _text(act.after, "officer"),
    }
    details = [Passage(N_("說明"), _text(act.after, "reason")), _supporting(act)]
    if values["to"]:
        return _Told(N_("%(actor)s由%(from)s改分給%(to)s，等候簽收。"), values, details=details)
    if values["officer"]:
        return _Told(N_("%(actor)s改請%(officer)s承辦，等候簽收。"), values, details=details)
    return _Told(N_("%(actor)s調整協辦機關或承辦人，等候重新簽收。"), values, details=details)


def _edited(act: Recorded) -> _Told:
    details = [
        Passage(heading, say(act.after[name]), say(act.before.get(name)), are_terms=name in _EDITED_TERMS)
        for name, (heading, say) in _EDITED.items()
        if name in act.after
    ]
    return _Told(N_("%(actor)s修改事項內容。"), details=details)


def _officer_changed(act: Recorded) -> _Told:
    values = {name: _text(act.after, name) for name in ("department", "officer")}
    values["from"] = _text(act.before, "officer")
    details = [Passage(N_("說明"), _text(act.after, "reason"))]
    if values["from"]:
        return _Told(
            N_("%(actor)s將%(department)s的承辦人由%(from)s改為%(officer)s。"), values, details=details
        )
    return _Told(N_("%(actor)s指定%(department)s的承辦人為%(officer)s。"), values, details=details)


def _acknowledged(act: Recorded) -> _Told:
    return _Told(N_("%(actor)s簽收，承辦人%(officer)s。"), {"officer": _text(act.after, "officer")})


def _handed_over(act: Recorded) -> _Told:
    values = {
        "department": _text(act.after, "department"),
        "from": _text(act.before, "officer"),
        "to": _text(act.after, "officer"),
    }
    details = [Passage(N_("移交原因"), _text(act.after, "reason"))]
    if not values["to"]:
        return _Told(
            N_("%(actor)s收回%(from)s承辦的%(department)s部分，等候單位主管指定承辦人。"),
            values,
            details=details,
        )
    return _Told(N_("%(actor)s將%(department)s的承辦人由%(from)s改為%(to)s。"), values, details=details)


def _progress(act: Recorded) -> _Told:
    values = {"department": _text(act.after, "department"), "percent": _text(act.after, "percent")}
    details = [
        Passage(N_("辦理情形"), _text(act.after, "narrative")),
        Passage(N_("下一步"), _text(act.after, "next_step")),
        Passage(N_("遭遇困難"), _text(act.after, "difficulty")),
    ]
    if not values["percent"]:
        return _Told(N_("%(actor)s填報%(department)s的辦理情形，進度不變。"), values, details=details)
    return _Told(N_("%(actor)s填報%(department)s的辦理情形，進度%(percent)s%%。"), values, details=details)


def _approved_progress(act: Recorded) -> _Told:
    values = {"department": _text(act.after, "department"), "percent": _text(act.after, "percent")}
    sentence = N_("%(actor)s核可%(department)s的辦理情形，進度%(percent)s%%。")
    return _Told(sentence, values, details=[Passage(N_("核可意見"), _text(act.after, "note"))])


def _returned_progress(act: Recorded) -> _Told:
    values = {"department": _text(act.after, "department")}
    note = Passage(N_("退回說明"), _text(act.after, "note"))
    return _Told(N_("%(actor)s退回%(department)s的辦理情形，請補充後再填。"), values, details=[note])


def _asked(act: Recorded) -> _Told:
    return _Told(
        N_("%(actor)s為%(department)s申請解除列管，實際完成日%(completed_on)s，認定為%(outcome)s。"),
        {"department": _text(act.after, "department")},
        _outcome(act),
        _days(act, "completed_on"),
        [Passage(N_("辦理結果"), _text(act.after, "result"))],
    )


def _asked_for_part(act: Recorded) -> _Told:
    return _Told(
        N_("%(actor)s為協辦的%(department)s申請解除列管，實際完成日%(completed_on)s。"),
        {"department": _text(act.after, "department")},
        days=_days(act, "completed_on"),
        details=[Passage(N_("辦理結果"), _text(act.after, "result"))],
    )


def _prepared(act: Recorded) -> _Told:
    return _Told(
        N_("%(actor)s為%(department)s備妥解除列管申請，實際完成日%(completed_on)s，等候單位主管轉送。"),
        {"department": _text(act.after, "department")},
        days=_days(act, "completed_on"),
        details=[Passage(N_("辦理結果"), _text(act.after, "result"))],
    )


def _forwarded(act: Recorded) -> _Told:
    values = {"department": _text(act.after, "department")}
    note = Passage(N_("轉送意見"), _text(act.after, "note"))
    return _Told(N_("%(actor)s將%(department)s的解除列管申請轉送研考。"), values, details=[note])


def _returned_closing(act: Recorded) -> _Told:
    values = {"department": _text(act.after, "department")}
    note = Passage(N_("退回說明"), _text(act.after, "note"))
    return _Told(N_("%(actor)s退回%(department)s的解除列管申請，請補正後再提出。"), values, details=[note])


def _closing_taken_back(act: Recorded) -> _Told:
    return _Told(
        N_("%(actor)s撤回%(department)s的解除列管申請。"), {"department": _text(act.after, "department")}
    )


def _agreed(act: Recorded) -> _Told:
    return _Told(
        N_("%(actor)s同意解除列管，結果為%(outcome)s。"), terms=_outcome(act), details=_decision(act)
    )


def _refused(act: Recorded) -> _Told:
    values = {"round": _text(act.after, "round_no")}
    return _Told(N_("%(actor)s決定持續列管，進入第 %(round)s 輪。"), values, details=_decision(act))


def _part_released(act: Recorded) -> _Told:
    values = {"department": _text(act.after, "department")}
    return _Told(N_("%(actor)s同意%(department)s的協辦部分解列。"), values, details=_decision(act))


def _part_refused(act: Recorded) -> _Told:
    values = {"department": _text(act.after, "department")}
    return _Told(N_("%(actor)s請%(department)s就協辦部分繼續辦理。"), values, details=_decision(act))


def _asked_for_time(act: Recorded) -> _Told:
    late = act.after.get("requested_after_due")
    sentence = (
        N_("%(actor)s於逾期後以「%(kind)s」為由申請展延至%(new_due_on)s，累計 %(days)s 日，由%(level)s核定。")
        if late
        else N_("%(actor)s以「%(kind)s」為由申請展延至%(new_due_on)s，累計 %(days)s 日，由%(level)s核定。")
    )
    # What this version does not know is told as it stands in the record.
    reasons = {code.value: label for code, label in EXTENSION_REASON_LABELS.items()}
    levels = {code.value: label for code, label in LEVEL_LABELS.items()}
    reason, level = _text(act.after, "reason_code"), _text(act.after, "required_level")
    return _Told(
        sentence,
        {"days": _text(act.after, "cumulative_days")},
        {"level": levels.get(level, level), "kind": reasons.get(reason, reason)},
        _days(act, "new_due_on"),
        [Passage(N_("展延理由"), _text(act.after, "reason"))],
    )


def _endorsed(act: Recorded) -> _Told:
    return _Told(N_("%(actor)s同意展延，轉請研考核定。"), details=_decision(act))


def _extended(act: Recorded) -> _Told:
    days = _days(act, "due_on")
    return _Told(N_("%(actor)s核准展延，預定完成日改為%(due_on)s。"), days=days, details=_decision(act))


def _not_extended(act: Recorded) -> _Told:
    return _Told(N_("%(actor)s退回展延申請，預定完成日不變。"), details=_decision(act))


def _extension_taken_back(act: Recorded) -> _Told:
    return _Told(N_("%(actor)s撤回展延至%(new_due_on)s的申請。"), days=_days(act, "new_due_on"))


def _asked_for_progress(act: Recorded) -> _Told:
    return _Told(
        N_("%(actor)s催請填報辦理情形。"), details=[Passage(N_("留言"), _text(act.after, "message"))]
    )


def _petitioned(act: Recorded) -> _Told:
    reasons = {code.value: label for code, label in WITHDRAWAL_LABELS.items()}
    values = {"department": _text(act.after, "department"), "into": _text(act.after, "into")}
    details = [Passage(N_("申請理由"), _text(act.after, "reason"))]
    if values["department"]:
        return _Told(N_("%(actor)s申請改分，建議由%(department)s主辦。"), values, details=details)
    if values["into"]:
        return _Told(N_("%(actor)s申請將本事項併入 %(into)s。"), values, details=details)
    code = _text(act.after, "reason_code")
    terms = {"kind": reasons.get(code, code)}
    return _Told(N_("%(actor)s以「%(kind)s」為由申請撤銷管制。"), terms=terms, details=details)


def _petition_granted(act: Recorded) -> _Told:
    return _Told(N_("%(actor)s同意%(kind)s的申請。"), terms=_petition_kind(act))


def _petition_refused(act: Recorded) -> _Told:
    return _Told(N_("%(actor)s退回%(kind)s的申請。"), terms=_petition_kind(act), details=_decision(act))


def _petition_taken_back(act: Recorded) -> _Told:
    return _Told(N_("%(actor)s撤回%(kind)s的申請。"), terms=_petition_kind(act))


def _withdrawn(act: Recorded) -> _Told:
    reason = _text(act.after, "reason")
    terms = {"reason": WITHDRAWAL_LABELS[WithdrawalReason(reason)]}
    return _Told(N_("%(actor)s撤銷管制，原因為%(reason)s。"), terms=terms, details=_approved(act))


def _merged(act: Recorded) -> _Told:
    return _Told(
        N_("%(actor)s將本事項併入 %(into)s，後續由該事項追蹤。"),
        {"into": _text(act.after, "into")},
        details=_approved(act),
    )


def _received(act: Recorded) -> _Told:
    return _Told(N_("%(actor)s將 %(item_no)s 併入本事項。"), {"item_no": _text(act.after, "item_no")})


def _split(act: Recorded) -> _Told:
    values = {name: _text(act.after, name) for name in ("item_no", "lead")}
    details = [
        Passage(N_("列管事項"), _text(act.after, "title")),
        Passage(N_("說明"), _text(act.after, "reason")),
    ]
    return _Told(
        N_("%(actor)s由本事項分出 %(item_no)s，主辦機關%(lead)s；本事項照常列管。"), values, details=details
    )


def _split_off(act: Recorded) -> _Told:
    details = [Passage(N_("說明"), _text(act.after, "reason"))]
    return _Told(
        N_("%(actor)s自 %(item_no)s 分出本事項。"), {"item_no": _text(act.after, "item_no")}, details=details
    )


def _void(act: Recorded) -> _Told:
    details = [Passage(N_("說明"), _text(act.after, "explanation"))]
    return _Told(N_("%(actor)s將本事項作廢。"), details=details)


def _reopened(act: Recorded) -> _Told:
    details = [Passage(N_("說明"), _text(act.after, "reason"))]
    officer = _text(act.after, "officer")
    if officer:
        return _Told(
            N_("%(actor)s重新列管這個事項，承辦人%(officer)s。"), {"officer": officer}, details=details
        )
    return _Told(N_("%(actor)s重新列管這個事項。"), details=details)


def _checked(act: Recorded) -> _Told:
    sentence = (
        N_("%(actor)s答覆解列後續查，採行情形為%(adoption)s，仍持續辦理。")
        if act.after.get("in_effect")
        else N_("%(actor)s答覆解列後續查，採行情形為%(adoption)s，已不再辦理。")
    )
    adoption = _text(act.after, "adoption")
    labels = {code.value: label for code, label in ADOPTION_LABELS.items()}
    details = [Passage(N_("目前情形"), _text(act.after, "narrative"))]
    return _Told(sentence, terms={"adoption": labels.get(adoption, adoption)}, details=details)


def _check_noted(act: Recorded) -> _Told:
    return _Told(
        N_("%(actor)s備查解列後續查的答覆。"), details=[Passage(N_("說明"), _text(act.after, "note"))]
    )


def _supporting(act: Recorded) -> Passage:
    return Passage(N_("協辦機關"), "、".join(act.after.get("support") or ()))


def _decision(act: Recorded) -> list[Passage]:
    return [
        Passage(N_("決定說明"), _text(act.after, "decision")),
        Passage(N_("文號"), _text(act.after, "document_no")),
    ]


def _approved(act: Recorded) -> list[Passage]:
    return [
        Passage(N_("說明"), _text(act.after, "explanation")),
        Passage(N_("核准層級與文號"), _text(act.after, "approval")),
    ]


def _petition_kind(act: Recorded) -> dict[str, str]:
    labels = {kind.value: label for kind, label in PETITION_LABELS.items()}
    kind = _text(act.after, "kind")
    return {"kind": labels.get(kind, kind)}


def _outcome(act: Recorded) -> dict[str, str]:
    return {"outcome": OUTCOME_LABELS[Outcome(_text(act.after, "outcome"))]}


def _days(act: Recorded, name: str) -> dict[str, date]:
    day = _day(act.after, name)
    return {name: day} if day else {}


def _level(value: Any) -> str:
    return next((label for code, label in TRACKING_LEVEL_LABELS.items() if code.value == value), str(value))


def _priority(value: Any) -> str:
    return N_("優先") if value else N_("一般")


def _words(value: Any) -> str:
    return "、".join(value) if isinstance(value, list | tuple) else str(value or "")


_EDITED: Final[Mapping[str, tuple[str, Callable[[Any], str]]]] = {
    "title": (N_("列管事項"), _words),
    "expected_result": (N_("預期成果"), _words),
    "tracking_level": (N_("列管層級"), _level),
    "is_priority": (N_("優先順序"), _priority),
    "tags": (N_("標籤"), _words),
}
_EDITED_TERMS: Final = frozenset({"tracking_level", "is_priority"})


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    return "" if value is None else str(value)


def _day(facts: Mapping[str, Any], name: str) -> date | None:
    text = _text(facts, name)
    return date.fromisoformat(text) if text else None


_TELLERS: Final[Mapping[str, tuple[str, Callable[[Recorded], _Told]]]] = {
    "assign": ("opened", _assigned),
    "reassign": ("changed", _reassigned),
    "edit": ("changed", _edited),
    "change_officer": ("changed", _officer_changed),
    "acknowledge": ("changed", _acknowledged),
    "hand_over": ("changed", _handed_over),
    "report_progress": ("progress", _progress),
    "approve_progress": ("granted", _approved_progress),
    "return_progress": ("refused", _returned_progress),
    "ask_for_progress": ("asked", _asked_for_progress),
    "prepare_closing": ("asked", _prepared),
    "part_release_prepared": ("asked", _prepared),
    "forward_closing": ("asked", _forwarded),
    "part_release_forwarded": ("asked", _forwarded),
    "return_closing": ("refused", _returned_closing),
    "part_release_returned": ("refused", _returned_closing),
    "closing_taken_back": ("changed", _closing_taken_back),
    "request_closing": ("asked", _asked),
    "part_release_requested": ("asked", _asked_for_part),
    "agree_closing": ("closed", _agreed),
    "refuse_closing": ("refused", _refused),
    "part_released": ("granted", _part_released),
    "part_release_refused": ("refused", _part_refused),
    "request_extension": ("asked", _asked_for_time),
    "endorse_extension": ("granted", _endorsed),
    "grant_extension": ("granted", _extended),
    "refuse_extension": ("refused", _not_extended),
    "extension_taken_back": ("changed", _extension_taken_back),
    "petition": ("asked", _petitioned),
    "grant_petition": ("granted", _petition_granted),
    "refuse_petition": ("refused", _petition_refused),
    "petition_taken_back": ("changed", _petition_taken_back),
    "withdraw": ("closed", _withdrawn),
    "merge": ("closed", _merged),
    "received_merged": ("changed", _received),
    "post_check_answered": ("progress", _checked),
    "post_check_noted": ("granted", _check_noted),
    "split": ("changed", _split),
    "split_off": ("opened", _split_off),
    "void": ("closed", _void),
    "reopen": ("opened", _reopened),
}
"""What is told of each recorded act, and with which mark on the timeline."""
