"""Letters in the reader's language: subject, complete plain text, and the same words as a page.

The plain text stands alone, since staff are told to read mail as plain text and not to follow links. A letter carries
one address, the reader's own work page, without a token; invitation and password reset are the exceptions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from tracker.actions.rules.filing import Period
from tracker.dashboards.figures import RATES, DepartmentLoad, Measure, MonthOfTrend, Overview
from tracker.foundation.drawing import Tone, draw_strip
from tracker.foundation.language import N_, SOURCE_LANGUAGE, translator
from tracker.foundation.showing import show_date, show_number, show_percent
from tracker.people.models import User
from tracker.people.rules.naming import department_name
from tracker.reminders.models import LetterKind
from tracker.reminders.post_office import PostOffice
from tracker.reminders.rendering import Fact, Written, render
from tracker.reminders.speech import Digest, Speech

MONTHS_TOLD = 6
"""How many months the letter about a period looks back over."""


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
    return render(
        office,
        LetterKind.REMINDER_DIGEST,
        reader,
        **_items_told(office, reader, digest, passed_to),
        address=office.links.work_page(),
        is_test=is_test,
    )


def _items_told(office: PostOffice, reader: User, digest: Digest, passed_to: str) -> dict[str, Any]:
    """Return what a letter's words need to tell of items, and of where it goes instead of to the reader."""
    speech = Speech(reader.language, office, digest)
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
    return render(
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
    return render(office, kind, reader, email=reader.email, address=address, until=until)
