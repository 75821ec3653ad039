"""A memory that was taught made recommendations, and how well it then proposes for later ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from tests.factories.city import City
from tests.support.made_recommendations import BUSINESS, Made, made_recommendations
from tracker.access import SYSTEM
from tracker.foundation.database import Session
from tracker.people import organization
from tracker.people.organization import DepartmentFields
from tracker.reports.duties import read_words, words_by_department
from tracker.reports.models import DepartmentDuties, Recommendation, Report
from tracker.reports.precedents import Decision, learn_all
from tracker.reports.rules.adoption import Adoption
from tracker.reports.suggesting import Asked, suggest_for

EARLIER, LATER = 360, 240


@dataclass(frozen=True)
class Shares:
    """Which share of the later recommendations found their department first, and among three."""

    first: float
    among_three: float


def found_departments(city: City) -> Mapping[str, int]:
    """Add the twelve departments, beside those that the small city has, and return all of theirs by name."""
    with city.database.transaction() as session:
        act = city.act("administrator", session)
        made = {}
        for number, name in enumerate(BUSINESS, 1):
            if name == "交通局":
                made[name] = city.departments["TPT"]
            elif name == "教育局":
                made[name] = city.departments["EDU"]
            else:
                fields = DepartmentFields(f"M{number:02d}", name)
                made[name] = organization.add_department(session, act, fields).id
        return made


def teach(city: City, session: Session, departments: Mapping[str, int], made: Sequence[Made]) -> None:
    """Keep the decisions on made recommendations of one report."""
    learn_all(session, decided(departments, made, confirmed(city, session, made)))


def confirmed(city: City, session: Session, made: Sequence[Made]) -> list[int]:
    """Store made recommendations as those of one report, and return their ids."""
    now = city.clock.now()
    words = "\n".join(each.quote for each in made)
    report = Report(
        title="赴海港城考察 出國報告",
        source_name="made.txt",
        source_kind="text",
        source_sha256=sha256(words.encode()).hexdigest(),
        text=words,
        imported_at=now,
    )
    report.recommendations = [
        Recommendation(
            seq_no=number,
            verbatim_quote=each.quote,
            start=number,
            end=number + 1,
            adoption=Adoption.PENDING,
            confirmed_at=now,
        )
        for number, each in enumerate(made, 1)
    ]
    session.add(report)
    session.flush()
    return [each.id for each in report.recommendations]


def decided(departments: Mapping[str, int], made: Sequence[Made], ids: Sequence[int]) -> list[Decision]:
    """Return what was decided on stored recommendations: each went to its right department."""
    return [
        Decision(key, f"115-MADE-{key:06d}", departments[each.department], 90)
        for each, key in zip(made, ids, strict=True)
    ]


def without_duties(session: Session, departments: Mapping[str, int]) -> None:
    """Leave every department without duties, so that the memory speaks alone."""
    session.add_all(DepartmentDuties(department_id=key, words=[]) for key in departments.values())
    session.flush()


def shares(session: Session, departments: Mapping[str, int], later: Sequence[Made]) -> Shares:
    """Return how often the right department was proposed for later recommendations."""
    words = words_by_department(read_words(session))
    found = suggest_for(session, SYSTEM, [Asked("", each.quote, None) for each in later], words)
    ids = [each.department_ids for each in found]
    right = [departments[each.department] for each in later]
    first = sum(bool(each) and each[0] == key for each, key in zip(ids, right, strict=True))
    three = sum(key in each for each, key in zip(ids, right, strict=True))
    return Shares(first / len(later), three / len(later))


def most_frequent(earlier: Sequence[Made], later: Sequence[Made]) -> Shares:
    """Return how often the departments that had most so far would be right, whatever the words."""
    ranked = [name for name, _ in Counter(each.department for each in earlier).most_common(3)]
    first = sum(each.department == ranked[0] for each in later)
    three = sum(each.department in ranked for each in later)
    return Shares(first / len(later), three / len(later))


def made(seed: int = 7) -> tuple[list[Made], list[Made]]:
    """Return the earlier and the later recommendations of a seed."""
    return (
        list(made_recommendations(seed, EARLIER, later=False)),
        list(made_recommendations(seed + 1, LATER, later=True)),
    )
