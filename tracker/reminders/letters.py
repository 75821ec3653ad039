"""Letters in the reader's language: subject, complete plain text, and the same words as a page.

The plain text stands alone, since staff are told to read mail as plain text and not to follow links. A letter carries
one address, the reader's own work page, without a token; invitation and password reset are the exceptions.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from email.utils import formataddr
from functools import cache, partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from tracker.actions.models import Petition
from tracker.actions.rules.filing import Period
from tracker.actions.rules.petitioning import PETITION_LABELS
from tracker.actions.rules.workflow import OPEN
from tracker.dashboards.figures import RATES, DepartmentLoad, Measure, MonthOfTrend, Overview
from tracker.foundation.bundled import bundled
from tracker.foundation.clock import local_date
from tracker.foundation.drawing import Tone, draw_strip
from tracker.foundation.language import N_, SOURCE_LANGUAGE, translations, translator
from tracker.foundation.mailing import Attachment, Letter
from tracker.foundation.showing import show_date, show_days_late, show_moment, show_number, show_percent
from tracker.people.models import User
from tracker.people.rules.naming import department_name
from tracker.reminders.briefs import ItemBrief
from tracker.reminders.models import LetterKind, Notice, PlannedReminder
from tracker.reminders.post_office import PostOffice
from tracker.reminders.rules.digest import FILING, OVERVIEWS, SECTION_LABELS, Group, NoticeKind, Section
from tracker.reminders.rules.stages import CAPACITY_LABELS, Anchor, Capacity, read_code

Told = TypeVar("Told", PlannedReminder, Notice)
QUOTE_LENGTH = 400
PROGRESS_LENGTH = 120
SHORT_LIST = 20
"""How many lines a head's overview holds; the number of all stands above it."""

MONTHS_TOLD = 6
"""How many months the letter about a period looks back over."""

HEADERS: Mapping[str, str] = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SPACES = re.compile(r"\s+")
_CHINESE = r"[\u3000-\u9fff\uff00-\uffef]"
_CHINESE_LINE_BREAK = re.compile(rf"(?<={_CHINESE})[^\S\u3000]*\n\s*(?={_CHINESE})")
_inliner = CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)

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


@dataclass(frozen=True)
class Written:
    """A letter's words."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Fact:
    """One labelled line about an item."""

    label: str
    value: str
    is_late: bool = False
    strip: str = ""


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


@dataclass(frozen=True)
class Summary:
    """What stands in the letter about a period: its figures when filing closed, and the file that comes with it."""

    period: Period
    told: Overview
    due_soon_days: int
    file_name: str
    tables: Sequence[str]


def write_digest(
    office: PostOffice, reader: User, digest: Digest, *, is_test: bool = False, passed_to: str = ""
) -> Written:
    """Put the day's letter into the reader's words; a test says that it is one.

    One that goes to the shared mailbox `passed_to`, since the reader's own is refused, says for whom it is.
    """
    return _render(
        office,
        LetterKind.REMINDER_DIGEST,
        reader,
        **_items_told(office, reader, digest, passed_to),
        address=office.links.work_page(),
        is_test=is_test,
    )


def _items_told(office: PostOffice, reader: User, digest: Digest, passed_to: str) -> dict[str, Any]:
    """Return what a letter's words need to tell of items, and of where it goes instead of to the reader."""
    speech = _Speech(reader.language, office, digest)
    shown = [item for group in digest.groups for item in group.item_ids]
    return {
        "groups": [speech.heading(group) for group in digest.groups],
        "count": len(shown),
        "late": sum(digest.items[item].days_late > 0 for item in shown),
        "passed_to": passed_to,
        "own_address": reader.email,
    }


def write_summary(
    office: PostOffice, reader: User, summary: Summary, digest: Digest | None = None, *, passed_to: str = ""
) -> Written:
    """Put the letter about a period, and what else the reader is told on its day, into the reader's words.

    One that goes to the shared mailbox `passed_to` says for whom it is.
    """
    say, language = translator(reader.language), reader.language
    words, values = summary.period.words
    return _render(
        office,
        LetterKind.MONTHLY_SUMMARY,
        reader,
        **_items_told(office, reader, digest or Digest(summary.told.day, (), {}), passed_to),
        period=say(words) % values,
        day=show_date(summary.told.day, language),
        counts=summary.told.counts,
        figures=list(_figures(summary, language)),
        departments=_loads(summary.told.departments, language),
        months=_months(summary.told.trend[-MONTHS_TOLD:], language),
        attached=summary.file_name,
        tables=say(N_("、")).join(summary.tables),
        address=office.links.work_page(),
    )


def _figures(summary: Summary, language: str) -> Iterator[Fact]:
    say = translator(language)
    for measure, number in asdict(summary.told.tiles()).items():
        if number is not None:
            shown = show_percent if measure in RATES else show_number
            label = say(Measure(measure).label) % {"days": summary.due_soon_days}
            yield Fact(label, shown(number, language), is_late=measure == Measure.OVERDUE and number > 0)


def _loads(loads: Sequence[DepartmentLoad], language: str) -> list[Fact]:
    longest = max((load.counts.open for load in loads), default=0)
    return [_load(load, longest, language) for load in loads]


def _load(load: DepartmentLoad, longest: int, language: str) -> Fact:
    counts = load.counts
    sentence = translator(language)(N_("列管中 %(open)s 件，逾期 %(overdue)s 件，即將到期 %(soon)s 件"))
    numbers = {"open": counts.open, "overdue": counts.overdue, "soon": counts.due_soon}
    told = sentence % {name: show_number(number, language) for name, number in numbers.items()}
    values = (counts.overdue, counts.due_soon, counts.open - counts.overdue - counts.due_soon)
    strip = draw_strip(values, (Tone.LATE, Tone.SOON, Tone.OPEN), longest)
    return Fact(department_name(load, language), told, is_late=counts.overdue > 0, strip=strip)


def _months(months: Sequence[MonthOfTrend], language: str) -> list[Fact]:
    longest = max((each.overdue for each in months), default=0)
    return [_month(each, longest, language) for each in months]


def _month(each: MonthOfTrend, longest: int, language: str) -> Fact:
    sentence = translator(language)(N_("逾期 %(overdue)s 件，當月列管 %(opened)s 件，解列 %(closed)s 件"))
    numbers = {"overdue": each.overdue, "opened": each.opened, "closed": each.closed}
    told = sentence % {name: show_number(number, language) for name, number in numbers.items()}
    year = each.month.roc if language == SOURCE_LANGUAGE else each.month.year
    name = translator(language)(each.month.label) % {"year": year, "month": each.month.month}
    return Fact(name, told, strip=draw_strip((each.overdue,), (Tone.LATE,), longest))


def write_token_letter(
    office: PostOffice, kind: LetterKind, reader: User, address: str, until: datetime
) -> Written:
    """Put an invitation or a password reset into the reader's words; `until` is when its address stops working."""
    return _render(office, kind, reader, email=reader.email, address=address, until=until)


def envelope(
    office: PostOffice,
    reader: User,
    written: Written,
    message_id: str,
    at: datetime,
    address: str = "",
    attachments: Sequence[Attachment] = (),
) -> Letter:
    """Return a letter ready to be composed; it goes to the reader's own address, if none is named."""
    return Letter(
        to_name=_one_line(reader.name),
        to_address=address or reader.email,
        subject=written.subject,
        text=written.text,
        html=written.html,
        message_id=message_id,
        date=at,
        sender=formataddr((office.mail.sender_name, office.mail.sender_address)),
        reply_to=office.mail.reply_to or None,
        headers=HEADERS,
        attachments=attachments,
    )


class _Speech:
    """Says a digest in one language."""

    def __init__(self, language: str, office: PostOffice, digest: Digest) -> None:
        self._language = language
        self._zone = office.zone
        self._filing = office.filing
        self._translate = translator(language)
        self._digest = digest
        self._reminders = _by_item((each, (each.item_id,)) for each in digest.reminders)
        self._notices = _by_item((each, each.about) for each in digest.notices)

    def heading(self, group: Group) -> Heading:
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
            title=_one_line(item.title),
            summary=self._say(
                N_("%(department)s，%(due)s"), department=self._department(item), due=self._due(item)
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
        quote = _shortened(item.quote, QUOTE_LENGTH)
        yield Fact(self._say(N_("建議原文")), self._say(N_("「%(quote)s」"), quote=quote))
        yield Fact(self._say(N_("出處")), self._source(item))
        yield Fact(self._say(N_("最近辦理情形")), self._progress(item))
        yield Fact(self._say(N_("寄給您的原因")), self._why(item))

    def _asked(self, item: ItemBrief, section: Section) -> str:
        if section not in _ASKED:
            return ""
        if self._waits_for_reader(item) and _ASKED[section] == _DO:
            return self._say(_ASKED[Section.TO_FORWARD])
        if self._lacks_officer(item) and _ASKED[section] == _DO:
            return self._say(_ASKED_WITHOUT_OFFICER)
        only_oversees = self._capacities(item) == {Capacity.UNIT_HEAD} and _ASKED[section] == _DO
        return self._say(_ASKED_OF_HEADS if only_oversees else _ASKED[section])

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

    def _source(self, item: ItemBrief) -> str:
        title = _one_line(item.report_title)
        if item.page is None:
            return self._say(N_("《%(title)s》"), title=title)
        return self._say(N_("《%(title)s》第 %(page)s 頁"), title=title, page=item.page)

    def _extension(self, until: date, item: ItemBrief) -> str:
        return self._say(
            N_("%(day)s，累計 %(days)s 日；理由：%(reason)s"),
            day=show_date(until, self._language),
            days=item.extension_days,
            reason=_shortened(item.extension_reason, PROGRESS_LENGTH),
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
        kind, reason = self._say(PETITION_LABELS[petition.kind]), _shortened(petition.reason, PROGRESS_LENGTH)
        return self._say(N_("%(kind)s；理由：%(reason)s"), kind=kind, reason=reason)

    def _progress(self, item: ItemBrief) -> str:
        if item.progress_at is None:
            return self._say(N_("尚未填報"))
        words = _shortened(item.progress, PROGRESS_LENGTH)
        return self._say(N_("%(day)s，%(words)s"), day=self._day(item.progress_at), words=words)

    def _news(self, notice: Notice) -> str:
        detail = _one_line(notice.detail)
        actor = self._translate(notice.actor_name)
        return self._say(
            _NEWS[notice.kind], actor=actor, day=self._day(notice.created_at), detail=detail
        ).strip()

    def _why(self, item: ItemBrief, sentence: str = N_("您是這個事項的%(capacity)s。")) -> str:
        for each in self._reminders.get(item.item_id, ()):
            if each.deputy_for is not None:
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


def _render(office: PostOffice, kind: LetterKind, reader: User, **context: Any) -> Written:
    language = reader.language
    context |= {
        "name": _one_line(reader.name),
        "language": language,
        "city": office.city,
        "reply_to": office.mail.reply_to,
        "zone": office.zone,
    }
    environment = _environment(language, office.zone)
    subject = _one_line(environment.get_template(f"emails/{kind}/subject.txt").render(context))
    context["subject"] = subject
    text = environment.get_template(f"emails/{kind}/body.txt").render(context)
    html = environment.get_template(f"emails/{kind}/body.html").render(context)
    return Written(
        subject=f"{office.mail.subject_prefix} {subject}".strip(),
        text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        html=_inliner.inline(html),
    )


@cache
def _environment(language: str, zone: ZoneInfo) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(bundled("templates")),
        extensions=["jinja2.ext.i18n"],
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.filters["line"] = partial(_line, translator(language))
    environment.filters["number"] = partial(show_number, language=language)
    environment.filters["moment"] = partial(show_moment, zone=zone, language=language)
    return environment


def _line(say: Callable[[str], str], fact: Fact) -> str:
    """Return a fact as one line of plain words."""
    return say(N_("%(label)s：%(value)s")) % {"label": fact.label, "value": fact.value}


def _by_item(causes: Iterable[tuple[Told, Iterable[int]]]) -> Mapping[int, Sequence[Told]]:
    found: dict[int, list[Told]] = {}
    for each, item_ids in causes:
        for item_id in item_ids:
            found.setdefault(item_id, []).append(each)
    return found


def _one_line(words: str) -> str:
    """Return words on one line, without characters that could break a header or disguise a text."""
    joined = _CHINESE_LINE_BREAK.sub("", words)
    return _SPACES.sub(" ", _CONTROL.sub(" ", joined)).strip()


def _shortened(words: str, length: int) -> str:
    line = _one_line(words)
    return line if len(line) <= length else f"{line[:length].rstrip()}…"
