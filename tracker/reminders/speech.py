"""A person's digest in one language: what each item is, what is asked about it, and why the reader hears of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from tracker.actions.models import Petition
from tracker.actions.rules.filing import Period
from tracker.actions.rules.petitioning import PETITION_LABELS
from tracker.actions.rules.workflow import OPEN
from tracker.foundation.clock import local_date
from tracker.foundation.language import N_, SOURCE_LANGUAGE, translator
from tracker.foundation.showing import show_date, show_days_late, show_number
from tracker.people.rules.naming import department_name
from tracker.reminders.briefs import ItemBrief
from tracker.reminders.models import Notice, PlannedReminder
from tracker.reminders.post_office import PostOffice
from tracker.reminders.rendering import Fact, one_line, shortened
from tracker.reminders.rules.digest import FILING, OVERVIEWS, SECTION_LABELS, Group, NoticeKind, Section
from tracker.reminders.rules.stages import CAPACITY_LABELS, Anchor, Capacity, read_code

Told = TypeVar("Told", PlannedReminder, Notice)
QUOTE_LENGTH = 400
PROGRESS_LENGTH = 120
SHORT_LIST = 20
"""How many lines a head's overview holds; the number of all stands above it."""

_DO = N_("完成辦理並填報辦理情形；已完成者，請申請解除列管。")
_ASKED = {
    Section.TOMORROW: _DO,
    Section.LATE_THREE_DAYS: _DO,
    Section.LATE: _DO,
    Section.HELD_UP: _DO,
    Section.SOON: _DO,
    Section.THIS_PERIOD: N_("填報最近的辦理情形；遭遇困難時請一併說明。"),
    Section.TO_ACKNOWLEDGE: N_("簽收並確認承辦人。"),
    Section.ASSIGNED: N_("簽收並確認承辦人。"),
    Section.GIVEN: _DO,
    Section.RETURNED: N_("依說明繼續辦理，並填報辦理情形。"),
    Section.FILING_MISSED: N_("儘速補填這一期的辦理情形。"),
    Section.TO_FILE: N_("於期限前填報這一期的辦理情形。"),
    Section.TO_REPORT: N_("填報最近的辦理情形；遭遇困難時請一併說明。"),
    Section.TO_DECIDE: N_("決定同意解除列管，或持續列管並說明理由。"),
    Section.TO_ANSWER: N_("同意改分、撤銷管制或併案，或退回並說明理由。"),
    Section.TO_EXTEND: N_("核准展延，或退回並說明理由；核定前預定完成日不變。"),
    Section.TO_FORWARD: N_("將解除列管申請轉送研考，或退回並說明要補正什麼。"),
    Section.TO_CHECK: N_("答覆目前的採行情形，以及是否仍持續辦理。"),
    Section.TO_APPROVE: N_("核可辦理情形，或退回並說明要補充什麼。"),
}
_ASKED_OF_HEADS = N_("督促承辦人完成辦理並填報辦理情形。")
_ASKED_WITHOUT_OFFICER = N_("指派承辦人，並督促完成辦理及填報辦理情形。")
_ASKED_OF_OVERSEERS = {
    Capacity.AGENCY_HEAD: N_("督促所屬單位儘速辦理並填報辦理情形。"),
    Capacity.COORDINATOR: N_("催請主辦機關儘速辦理並填報辦理情形；仍無進展者，請專案簽報。"),
}
_NEWS = {
    NoticeKind.ASSIGNED: N_("%(actor)s於%(day)s分案。"),
    NoticeKind.REASSIGNED_AWAY: N_("%(actor)s於%(day)s改分至其他機關，您不必再辦理。"),
    NoticeKind.SPLIT: N_("%(actor)s於%(day)s由本事項分出另案，本事項照常列管：%(detail)s"),
    NoticeKind.OFFICER_GIVEN: N_("%(actor)s於%(day)s改請您承辦。%(detail)s"),
    NoticeKind.OFFICER_TAKEN: N_("%(actor)s於%(day)s改請其他同仁承辦，您不必再辦理。%(detail)s"),
    NoticeKind.OFFICER_MISSING: N_("%(actor)s於%(day)s移交原承辦人的事項，本事項沒有指定接辦的人。"),
    NoticeKind.RETURNED: N_("%(actor)s於%(day)s決定持續列管：%(detail)s"),
    NoticeKind.REOPENED: N_("%(actor)s於%(day)s重新列管。"),
    NoticeKind.DECIDED: N_("%(actor)s於%(day)s同意解除列管。%(detail)s"),
    NoticeKind.ENDED: N_("%(actor)s於%(day)s結束列管。"),
    NoticeKind.PROGRESS_ASKED: N_("%(actor)s於%(day)s催請填報辦理情形。%(detail)s"),
    NoticeKind.PROGRESS_RETURNED: N_("%(actor)s於%(day)s退回辦理情形：%(detail)s"),
    NoticeKind.CLOSING_RETURNED: N_("%(actor)s於%(day)s退回解除列管申請：%(detail)s"),
    NoticeKind.PETITION_GRANTED: N_("%(actor)s於%(day)s同意您的申請。%(detail)s"),
    NoticeKind.PETITION_REFUSED: N_("%(actor)s於%(day)s退回改分、撤銷管制或併案的申請：%(detail)s"),
    NoticeKind.EXTENSION_GRANTED: N_("%(actor)s於%(day)s核准展延。%(detail)s"),
    NoticeKind.EXTENSION_REFUSED: N_("%(actor)s於%(day)s退回展延申請：%(detail)s"),
}
_GIVEN_TO_ANOTHER = N_("%(actor)s於%(day)s改請您代理的%(name)s承辦。%(detail)s")


@dataclass(frozen=True)
class Entry:
    """One item in a letter; `summary` is its one line in an overview."""

    number: str
    title: str
    summary: str
    news: Sequence[str]
    facts: Sequence[Fact]


@dataclass(frozen=True)
class Heading:
    """A heading with its items; `total` counts also those that the short list leaves out.

    `facts` says what is asked about a short list as a whole, and why the reader gets it.
    """

    label: str
    is_overview: bool
    total: int
    entries: Sequence[Entry]
    facts: Sequence[Fact] = ()

    @property
    def left_out(self) -> int:
        """Return how many items the list does not show."""
        return self.total - len(self.entries)


@dataclass(frozen=True)
class Digest:
    """What stands in a person's letter of a day, before it is put into words."""

    today: date
    groups: Sequence[Group]
    items: Mapping[int, ItemBrief]
    reminders: Sequence[PlannedReminder] = ()
    notices: Sequence[Notice] = ()


class Speech:
    """Says a digest in one language."""

    def __init__(self, language: str, office: PostOffice, digest: Digest) -> None:
        self._language = language
        self._zone = office.zone
        self._filing = office.filing
        self._translate = translator(language)
        self._digest = digest
        self._reminders = _by_item((each, (each.item_id,)) for each in digest.reminders)
        self._notices = _by_item((each, each.told) for each in digest.notices)

    def heading(self, group: Group) -> Heading:
        """Return a group of items under its heading, in words."""
        is_overview = group.section in OVERVIEWS
        shown = group.item_ids[:SHORT_LIST] if is_overview else group.item_ids
        return Heading(
            label=self._say(SECTION_LABELS[group.section]),
            is_overview=is_overview,
            total=len(group.item_ids),
            entries=[self._entry(self._digest.items[item_id], group.section) for item_id in shown],
            facts=tuple(self._facts_of_all(group)) if is_overview else (),
        )

    def _facts_of_all(self, group: Group) -> Iterator[Fact]:
        """Yield what is asked about a short list, and why the reader gets it."""
        items = [self._digest.items[item_id] for item_id in group.item_ids]
        held = set().union(*map(self._capacities, items))
        asked = [sentence for capacity, sentence in _ASKED_OF_OVERSEERS.items() if capacity in held]
        if asked:
            yield Fact(self._say(N_("請您")), self._say(asked[0]))
        whys = (self._why(item, N_("您是這些事項的%(capacity)s。")) for item in items)
        between = "" if self._language == SOURCE_LANGUAGE else " "
        yield Fact(self._say(N_("寄給您的原因")), between.join(dict.fromkeys(whys)))

    def _say(self, msgid: str, **values: object) -> str:
        sentence = self._translate(msgid)
        return sentence % values if values else sentence

    def _entry(self, item: ItemBrief, section: Section) -> Entry:
        return Entry(
            number=item.item_no,
            title=one_line(item.title),
            summary=self._say(
                N_("%(department)s，%(due)s"), department=self._whose(item), due=self._due(item)
            ),
            news=[self._news(each) for each in self._notices.get(item.item_id, ())],
            facts=tuple(self._facts(item, section)),
        )

    def _facts(self, item: ItemBrief, section: Section) -> Iterator[Fact]:
        if asked := self._asked(item, section):
            yield Fact(self._say(N_("請您")), asked)
        yield Fact(self._say(N_("預定完成日")), self._due(item), is_late=item.days_late > 0)
        if item.extension_until:
            yield Fact(self._say(N_("申請展延至")), self._extension(item.extension_until, item))
        if filing := self._filing_period(item):
            yield Fact(self._say(N_("填報期別")), filing)
        if item.petition:
            yield Fact(self._say(N_("申請事項")), self._petition(item.petition))
        yield Fact(self._say(N_("主辦機關")), self._department(item))
        if item.supporting:
            yield Fact(self._say(N_("協辦機關")), self._supporting(item))
        quote = shortened(item.quote, QUOTE_LENGTH)
        yield Fact(self._say(N_("建議原文")), self._say(N_("「%(quote)s」"), quote=quote))
        yield Fact(self._say(N_("出處")), self._source(item))
        yield Fact(self._say(N_("最近辦理情形")), self._progress(item))
        yield Fact(self._say(N_("寄給您的原因")), self._why(item))

    def _asked(self, item: ItemBrief, section: Section) -> str:
        asked = _ASKED.get(section, _DO if self._is_to_name_officer(item) else "")
        if asked != _DO:
            return self._say(asked) if asked else ""
        if self._waits_for_reader(item):
            return self._say(_ASKED[Section.TO_FORWARD])
        if self._lacks_officer(item) or self._is_to_name_officer(item):
            return self._say(_ASKED_WITHOUT_OFFICER)
        only_oversees = self._capacities(item) == {Capacity.UNIT_HEAD}
        return self._say(_ASKED_OF_HEADS if only_oversees else _DO)

    def _waits_for_reader(self, item: ItemBrief) -> bool:
        """Tell whether the reader, as the head of a unit, has a closing request of that unit to forward."""
        return any(
            each.capacity is Capacity.UNIT_HEAD and each.part_id in item.prepared_parts
            for each in self._reminders.get(item.item_id, ())
        )

    def _lacks_officer(self, item: ItemBrief) -> bool:
        """Tell whether the reader hears in the place of an officer whom nobody has named yet, or who has left."""
        return any(
            each.capacity is not Capacity.OFFICER and each.part_id in item.untaken_parts
            for each in self._reminders.get(item.item_id, ())
        )

    def _is_to_name_officer(self, item: ItemBrief) -> bool:
        """Tell whether the reader was told that nobody took over a part, and nobody has since."""
        told = self._notices.get(item.item_id, ())
        return bool(item.untaken_parts) and any(each.kind is NoticeKind.OFFICER_MISSING for each in told)

    def _due(self, item: ItemBrief) -> str:
        shown = show_date(item.due_on, self._language)
        distance = self._distance(item)
        return self._say(N_("%(day)s，%(distance)s"), day=shown, distance=distance) if distance else shown

    def _distance(self, item: ItemBrief) -> str:
        days = (item.due_on - self._digest.today).days
        if item.days_late:
            return show_days_late(item.days_late, self._language)
        if item.status not in OPEN or days < 0:
            return ""
        if days > 1:
            return self._say(N_("還有 %(days)s 日"), days=show_number(days, self._language))
        return self._say(N_("明日到期") if days else N_("今日到期"))

    def _department(self, item: ItemBrief) -> str:
        return department_name(item.department, self._language)

    def _supporting(self, item: ItemBrief) -> str:
        names = (department_name(each, self._language) for each in item.supporting.values())
        return self._say(N_("、")).join(dict.fromkeys(names))

    def _whose(self, item: ItemBrief) -> str:
        """Return who leads an item, and who supports it where the reader hears for a supporting part only."""
        heard = {each.part_id for each in self._reminders.get(item.item_id, ())}
        if not heard or not heard <= item.supporting.keys():
            return self._department(item)
        return self._say(
            N_("%(lead)s（協辦：%(supporting)s）"),
            lead=self._department(item),
            supporting=self._supporting(item),
        )

    def _source(self, item: ItemBrief) -> str:
        title = one_line(item.report_title)
        if item.page is None:
            return self._say(N_("《%(title)s》"), title=title)
        return self._say(N_("《%(title)s》第 %(page)s 頁"), title=title, page=item.page)

    def _extension(self, until: date, item: ItemBrief) -> str:
        return self._say(
            N_("%(day)s，累計 %(days)s 日；理由：%(reason)s"),
            day=show_date(until, self._language),
            days=item.extension_days,
            reason=shortened(item.extension_reason, PROGRESS_LENGTH),
        )

    def _filing_period(self, item: ItemBrief) -> str:
        """Return which period the reader is asked to file for, and until when."""
        for each in self._reminders.get(item.item_id, ()):
            anchor = read_code(each.stage).anchor
            if anchor in FILING:
                after = 0 if anchor is Anchor.PERIOD_ENDED else self._filing.days
                period = Period.around(each.cycle - timedelta(days=after), self._filing.cycle)
                msgid, values = period.words
                closes_on = show_date(period.closes_on(self._filing.days), self._language)
                return self._say(
                    N_("%(period)s，期限%(day)s"), period=self._say(msgid, **values), day=closes_on
                )
        return ""

    def _petition(self, petition: Petition) -> str:
        kind, reason = self._say(PETITION_LABELS[petition.kind]), shortened(petition.reason, PROGRESS_LENGTH)
        return self._say(N_("%(kind)s；理由：%(reason)s"), kind=kind, reason=reason)

    def _progress(self, item: ItemBrief) -> str:
        if item.progress_at is None:
            return self._say(N_("尚未填報"))
        words = shortened(item.progress, PROGRESS_LENGTH)
        return self._say(N_("%(day)s，%(words)s"), day=self._day(item.progress_at), words=words)

    def _news(self, notice: Notice) -> str:
        detail = one_line(notice.detail)
        actor = self._translate(notice.actor_name)
        values = {"actor": actor, "day": self._day(notice.created_at), "detail": detail}
        if notice.kind is NoticeKind.OFFICER_GIVEN and notice.deputy_for is not None:
            return self._say(_GIVEN_TO_ANOTHER, name=notice.deputy_for.name, **values).strip()
        return self._say(_NEWS[notice.kind], **values).strip()

    def _why(self, item: ItemBrief, sentence: str = N_("您是這個事項的%(capacity)s。")) -> str:
        reminders, notices = self._reminders.get(item.item_id, ()), self._notices.get(item.item_id, ())
        told: Sequence[PlannedReminder | Notice] = (*reminders, *notices)
        for each in told:
            if each.deputy_for is not None and each.capacity is not None:
                capacity = self._say(CAPACITY_LABELS[each.capacity])
                name = each.deputy_for.name
                return self._say(
                    N_("您是%(name)s（%(capacity)s）的職務代理人。"), name=name, capacity=capacity
                )
        held = self._capacities(item)
        strongest = next((capacity for capacity in Capacity if capacity in held), None)
        if strongest is None:
            return self._say(N_("這個事項由您或您的單位辦理。"))
        return self._say(sentence, capacity=self._say(CAPACITY_LABELS[strongest]))

    def _capacities(self, item: ItemBrief) -> set[Capacity]:
        reminded = {each.capacity for each in self._reminders.get(item.item_id, ())}
        noticed = {each.capacity for each in self._notices.get(item.item_id, ())}
        return reminded | {capacity for capacity in noticed if capacity is not None}

    def _day(self, moment: datetime) -> str:
        return show_date(local_date(moment, self._zone), self._language)


def _by_item(causes: Iterable[tuple[Told, Iterable[int]]]) -> Mapping[int, Sequence[Told]]:
    found: dict[int, list[Told]] = {}
    for each, item_ids in causes:
        for item_id in item_ids:
            found.setdefault(item_id, []).append(each)
    return found
