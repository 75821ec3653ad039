"""A person's own choices about their letters."""

from tracker import audit
from tracker.access import Act, Permission
from tracker.foundation.database import Session
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_
from tracker.reminders.models import LetterPreference
from tracker.reminders.post_office import PostOffice
from tracker.reminders.rules.preferences import WEEKDAYS, Preferences, hours_to_choose


def preferences_of(session: Session, person_id: int) -> Preferences:
    """Return what a person chose about their letters."""
    row = session.get(LetterPreference, person_id)
    return row.chosen if row else Preferences()


def choose(session: Session, office: PostOffice, act: Act, chosen: Preferences) -> None:
    """Record what the person who acts wants of their letters; it holds from the next letter on.

    Raises Forbidden, or Invalid for an hour outside the office's or a day of the weekend.
    """
    act.require(Permission.Account.OWN)
    assert act.by.person_id is not None
    problems = {}
    if chosen.hour is not None and chosen.hour not in hours_to_choose(office.hour):
        problems["hour"] = N_("請選擇寄送時段內的時間。")
    if chosen.weekday is not None and chosen.weekday not in WEEKDAYS:
        problems["weekday"] = N_("請選擇星期一至星期五。")
    if problems:
        raise Invalid(fields=problems)
    row = session.get(LetterPreference, act.by.person_id)
    before = vars(row.chosen) if row else vars(Preferences())
    if row is None:
        row = LetterPreference(person_id=act.by.person_id)
        session.add(row)
    row.hour, row.weekday, row.only_duties = chosen.hour, chosen.weekday, chosen.only_duties
    session.flush()
    audit.record(session, act, "letters_chosen", "person", act.by.person_id, dict(before), dict(vars(chosen)))
