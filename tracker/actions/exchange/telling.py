"""Filters in words: what a list was asked for, as a sheet beside the list and the record tell it."""

from collections.abc import Iterator

from tracker.actions.queries import ActionFilter, group_words
from tracker.actions.rules.deadlines import SIGNAL_LABELS, Standards
from tracker.actions.rules.editing import TRACKING_LEVEL_LABELS
from tracker.actions.rules.periods import OCCASION_LABELS
from tracker.actions.rules.workflow import LABELS
from tracker.foundation.database import Session
from tracker.foundation.language import N_, SOURCE_LANGUAGE, translator
from tracker.foundation.showing import show_date
from tracker.people.models import Department, User
from tracker.people.rules.naming import department_name
from tracker.reports.rules.adoption import LABELS as ADOPTION_LABELS


def conditions_of(
    session: Session, wanted: ActionFilter, standards: Standards, language: str
) -> list[tuple[str, str]]:
    """Return each condition of a filter as name and value in a language; the group is always told."""
    say = translator(language)
    words, values = group_words(wanted.group, standards)
    told = [(N_("檢視"), say(words) % values), *_on_item(wanted, language)]
    if wanted.department_id is not None and (asked := session.get(Department, wanted.department_id)):
        reach = "" if wanted.with_units else say(N_("（只看該機關或單位）"))
        told.append((N_("主辦機關"), department_name(asked, language) + reach))
    if wanted.officer_id is not None and (officer := session.get(User, wanted.officer_id)):
        told.append((N_("承辦人"), officer.name))
    return [(say(name), value) for name, value in told]


def _on_item(wanted: ActionFilter, language: str) -> Iterator[tuple[str, str]]:
    say = translator(language)
    if wanted.words:
        yield N_("搜尋文字"), wanted.words
    if wanted.status:
        yield N_("狀態"), say(LABELS[wanted.status])
    if wanted.signal:
        yield N_("燈號"), say(SIGNAL_LABELS[wanted.signal])
    if wanted.adoption:
        yield N_("採行情形"), say(ADOPTION_LABELS[wanted.adoption])
    if wanted.level:
        yield N_("列管層級"), say(TRACKING_LEVEL_LABELS[wanted.level])
    if wanted.only_priority:
        yield N_("優先"), say(N_("優先"))
    plain = {
        N_("主題"): wanted.theme,
        N_("出國類別"): wanted.trip_category,
        N_("來源報告編號"): wanted.report_no,
        N_("標籤"): wanted.tag,
    }
    yield from ((name, value) for name, value in plain.items() if value)
    yield from _on_days(wanted, language)


def _on_days(wanted: ActionFilter, language: str) -> Iterator[tuple[str, str]]:
    say = translator(language)
    if wanted.occasion and wanted.period:
        year = wanted.period.roc if language == SOURCE_LANGUAGE else wanted.period.year
        period = say(wanted.period.label) % {"year": year, "month": wanted.period.month}
        yield N_("期間"), f"{say(OCCASION_LABELS[wanted.occasion])} {period}"
    days = {
        N_("截至"): wanted.as_at,
        N_("預定完成日自"): wanted.due_from,
        N_("預定完成日至"): wanted.due_until,
    }
    yield from ((name, show_date(day, language)) for name, day in days.items() if day)
