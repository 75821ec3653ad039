"""Who may do what: plain values, one table, one page that an auditor can sign.

Source of the table: the city's division of duties between departments, the coordinating office (研考) and the
administrator. Whether a step fits an item's status, and that nobody decides on their own request, is told by
`tracker.actions.rules`; here stands only who holds which right, and how far it reaches.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Final

from tracker.foundation.errors import Forbidden
from tracker.foundation.language import N_


class Role(StrEnum):
    """What a person is, in one department or, for city-wide roles, in none."""

    OFFICER = "officer"
    UNIT_HEAD = "unit_head"
    AGENCY_HEAD = "agency_head"
    COORDINATOR = "coordinator"
    VIEWER = "viewer"
    ADMINISTRATOR = "administrator"


ROLE_LABELS: Final[Mapping[Role, str]] = {
    Role.OFFICER: N_("承辦人"),
    Role.UNIT_HEAD: N_("單位主管"),
    Role.AGENCY_HEAD: N_("機關首長"),
    Role.COORDINATOR: N_("研考"),
    Role.VIEWER: N_("檢視者"),
    Role.ADMINISTRATOR: N_("系統管理者"),
}
CITY_WIDE_ROLES: Final = frozenset({Role.COORDINATOR, Role.VIEWER, Role.ADMINISTRATOR})


class Right(Enum):
    """The parent of all permissions; a member's value is the sentence that says what it allows."""

    @property
    def code(self) -> str:
        """Return the stable name, such as `Action.CLOSE`."""
        return f"{type(self).__name__}.{self.name}"


class Permission:
    """Every right there is, by room; each with the sentence an auditor reads."""

    class Account(Right):
        """The signed-in person's own affairs."""

        OWN = N_("管理自己的登入、語言、通知與 API 權杖。")

    class Report(Right):
        """Reports and their recommendations."""

        READ = N_("檢視公開的報告及已確認的建議事項。")
        READ_RESTRICTED = N_("檢視限閱的報告。")
        IMPORT = N_("匯入報告。")
        REVIEW = N_("在審閱台確認、修改或剔除擷取出的建議事項，並記錄採行情形。")
        KEEP_DUTIES = N_("維護各機關的業務職掌，並檢視主辦機關建議的採納情形。")

    class Action(Right):
        """Action items under tracking."""

        READ = N_("檢視列管事項及其辦理經過。")
        ASSIGN = N_("分案、改分，並指定主辦機關與期限。")
        IMPORT = N_("以表格新增或更新列管事項；不含既有事項的期限與狀態。")
        EDIT = N_("修改列管事項的名稱、預期成果、列管層級、優先與標籤；不含期限。")
        CHANGE_OFFICER = N_("更換主協辦機關的承辦人。")
        ACKNOWLEDGE = N_("簽收列管事項並指定承辦人。")
        REPORT_PROGRESS = N_("填報辦理情形並附上佐證資料。")
        REVIEW_PROGRESS = N_("核可或退回所屬單位填報的辦理情形。")
        ASK_FOR_PROGRESS = N_("催請所屬機關或單位填報辦理情形。")
        PREPARE_CLOSING = N_("備妥解除列管的申請：辦理結果、實際完成日與佐證資料。")
        REQUEST_CLOSING = N_("向研考申請解除列管，將所屬備妥的申請轉送研考，或退回補正。")
        DECIDE_CLOSING = N_("決定同意解除列管或持續列管。")
        REQUEST_EXTENSION = N_("申請展延預定完成日。")
        DECIDE_EXTENSION = N_("依展延日數的核定層級，核准或退回展延申請。")
        PETITION = N_("為所屬主辦的事項，向研考申請改分、撤銷管制或併案。")
        DECIDE_PETITION = N_("決定改分、撤銷管制或併案的申請。")
        WITHDRAW = N_("撤銷管制、併案或作廢。")
        REOPEN = N_("將已解列的事項重新列管。")
        ANSWER_CHECK = N_("答覆解列後續查的情形。")
        NOTE_CHECK = N_("備查解列後續查的答覆。")

    class Dashboard(Right):
        """Figures."""

        READ = N_("檢視儀表板與統計。")
        HAND_UP = N_("產生提報的表件，內容為可檢視的事項。")
        FREEZE = N_("凍結填報期別的數字與表件，下載凍結的檔案，並比較期別之間的差異。")

    class People(Right):
        """People and departments."""

        MANAGE = N_("管理人員、機關、角色與邀請。")
        NAME_DEPUTY = N_("為所屬同仁指定職務代理人。")

    class Calendar(Right):
        """Which days are worked."""

        CHANGE = N_("維護辦公日曆：匯入年度日曆表，登錄停班停課與補班日。")

    class Reminder(Right):
        """Rules of reminding, and what they would do."""

        READ = N_("檢視提醒規則、預覽提醒，並寄測試信件給自己。")
        CHANGE = N_("修改提醒規則。")
        RELEASE = N_("放行超過單日上限、暫停中的提醒。")

    class Outbox(Right):
        """Letters."""

        READ = N_("檢視寄件匣與每封信件的寄送情形。")
        RELEASE = N_("讓暫停的信件重新寄出。")


class Reach(Enum):
    """How far a right reaches from the department of the grant."""

    UNIT = "own unit"
    SUBTREE = "own unit and everything below it"
    AGENCY = "the whole agency that the own unit belongs to"
    CITY = "everything"


_EVERYONE: Final[Mapping[Role, Reach]] = dict.fromkeys(Role, Reach.CITY)
_READERS: Final[Mapping[Role, Reach]] = {
    Role.OFFICER: Reach.UNIT,
    Role.UNIT_HEAD: Reach.SUBTREE,
    Role.AGENCY_HEAD: Reach.SUBTREE,
    Role.COORDINATOR: Reach.CITY,
    Role.VIEWER: Reach.CITY,
}
_OWNERS: Final[Mapping[Role, Reach]] = {Role.OFFICER: Reach.UNIT, Role.UNIT_HEAD: Reach.SUBTREE}
_COORDINATOR: Final[Mapping[Role, Reach]] = {Role.COORDINATOR: Reach.CITY}
_ADMINISTRATOR: Final[Mapping[Role, Reach]] = {Role.ADMINISTRATOR: Reach.CITY}

TABLE: Final[Mapping[Right, Mapping[Role, Reach]]] = {
    Permission.Account.OWN: _EVERYONE,
    Permission.Report.READ: _EVERYONE,
    Permission.Report.READ_RESTRICTED: {
        Role.OFFICER: Reach.AGENCY,
        Role.UNIT_HEAD: Reach.AGENCY,
        Role.AGENCY_HEAD: Reach.AGENCY,
        Role.COORDINATOR: Reach.CITY,
    },
    Permission.Report.IMPORT: _COORDINATOR,
    Permission.Report.REVIEW: _COORDINATOR,
    Permission.Report.KEEP_DUTIES: {Role.COORDINATOR: Reach.CITY, Role.ADMINISTRATOR: Reach.CITY},
    Permission.Action.READ: _READERS,
    Permission.Action.ASSIGN: _COORDINATOR,
    Permission.Action.IMPORT: _COORDINATOR,
    Permission.Action.EDIT: _COORDINATOR,
    Permission.Action.CHANGE_OFFICER: {
        Role.UNIT_HEAD: Reach.SUBTREE,
        Role.AGENCY_HEAD: Reach.SUBTREE,
        Role.COORDINATOR: Reach.CITY,
    },
    Permission.Action.ACKNOWLEDGE: {**_OWNERS, Role.AGENCY_HEAD: Reach.SUBTREE},
    Permission.Action.REPORT_PROGRESS: _OWNERS,
    Permission.Action.REVIEW_PROGRESS: {Role.UNIT_HEAD: Reach.SUBTREE, Role.AGENCY_HEAD: Reach.SUBTREE},
    Permission.Action.ASK_FOR_PROGRESS: {
        Role.UNIT_HEAD: Reach.SUBTREE,
        Role.AGENCY_HEAD: Reach.SUBTREE,
        Role.COORDINATOR: Reach.CITY,
    },
    Permission.Action.PREPARE_CLOSING: _OWNERS,
    Permission.Action.REQUEST_CLOSING: {Role.UNIT_HEAD: Reach.SUBTREE},
    Permission.Action.DECIDE_CLOSING: {Role.COORDINATOR: Reach.CITY, Role.AGENCY_HEAD: Reach.SUBTREE},
    Permission.Action.REQUEST_EXTENSION: _OWNERS,
    Permission.Action.DECIDE_EXTENSION: {
        Role.UNIT_HEAD: Reach.SUBTREE,
        Role.AGENCY_HEAD: Reach.SUBTREE,
        Role.COORDINATOR: Reach.CITY,
    },
    Permission.Action.PETITION: {Role.UNIT_HEAD: Reach.SUBTREE, Role.AGENCY_HEAD: Reach.SUBTREE},
    Permission.Action.DECIDE_PETITION: {Role.COORDINATOR: Reach.CITY, Role.AGENCY_HEAD: Reach.SUBTREE},
    Permission.Action.WITHDRAW: _COORDINATOR,
    Permission.Action.REOPEN: _COORDINATOR,
    Permission.Action.ANSWER_CHECK: _OWNERS,
    Permission.Action.NOTE_CHECK: _COORDINATOR,
    Permission.Dashboard.READ: _READERS,
    Permission.Dashboard.HAND_UP: {
        Role.UNIT_HEAD: Reach.SUBTREE,
        Role.AGENCY_HEAD: Reach.SUBTREE,
        Role.COORDINATOR: Reach.CITY,
        Role.VIEWER: Reach.CITY,
    },
    Permission.Dashboard.FREEZE: _COORDINATOR,
    Permission.People.MANAGE: _ADMINISTRATOR,
    Permission.People.NAME_DEPUTY: {
        Role.UNIT_HEAD: Reach.SUBTREE,
        Role.AGENCY_HEAD: Reach.SUBTREE,
        Role.ADMINISTRATOR: Reach.CITY,
    },
    Permission.Calendar.CHANGE: {Role.COORDINATOR: Reach.CITY, Role.ADMINISTRATOR: Reach.CITY},
    Permission.Reminder.READ: {**_COORDINATOR, **_ADMINISTRATOR},
    Permission.Reminder.CHANGE: _COORDINATOR,
    Permission.Reminder.RELEASE: {**_COORDINATOR, **_ADMINISTRATOR},
    Permission.Outbox.READ: _ADMINISTRATOR,
    Permission.Outbox.RELEASE: _ADMINISTRATOR,
}


@dataclass(frozen=True)
class Grant:
    """One role of one person, in a department with all below it, in an agency with all below that one.

    `deputy_for` is whom the person stands in for, `deputy_for_name` that person's name.
    """

    role: Role
    department_id: int | None = None
    subtree: frozenset[int] = frozenset()
    deputy_for: int | None = None
    agency: frozenset[int] = frozenset()
    deputy_for_name: str = ""


@dataclass(frozen=True)
class Scope:
    """The departments a right reaches for a person."""

    city: bool = False
    departments: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.city or bool(self.departments)

    def covers(self, department_id: int | None) -> bool:
        """Tell whether a department lies within the scope."""
        return self.city or department_id in self.departments


@dataclass(frozen=True)
class Principal:
    """A person as the rules see them: who, and with which grants today."""

    person_id: int | None
    name: str
    grants: tuple[Grant, ...] = ()
    language: str = "zh-Hant"

    @property
    def roles(self) -> tuple[Role, ...]:
        """Return the roles held, without repetition, in the order of `Role`."""
        held = {grant.role for grant in self.grants}
        return tuple(role for role in Role if role in held)

    @property
    def persons(self) -> frozenset[int]:
        """Return the ids of the person and of those whom they stand in for today."""
        ids = {self.person_id} | {grant.deputy_for for grant in self.grants}
        return frozenset(each for each in ids if each is not None)

    @property
    def own_departments(self) -> frozenset[int]:
        """Return the departments in which the person, or whom they stand in for, holds a role."""
        return frozenset(g.department_id for g in self.grants if g.department_id is not None)

    @property
    def headed_departments(self) -> frozenset[int]:
        """Return the departments of the agencies whose head the person is or stands in for."""
        return self.departments_as(Role.AGENCY_HEAD)

    def departments_as(self, role: Role) -> frozenset[int]:
        """Return the departments at or below those in which the person holds a role or stands in for who does."""
        return frozenset().union(*(grant.subtree for grant in self.grants if grant.role is role))

    def scope(self, permission: Right) -> Scope:
        """Return the departments that a right reaches for this person."""
        return _scope(permission, self.grants)

    def acts_for(self, permission: Right, department_id: int) -> str:
        """Return the name of the person by whose grant alone a right is held in a department, empty for one's own."""
        own = tuple(grant for grant in self.grants if grant.deputy_for is None)
        if _scope(permission, own).covers(department_id):
            return ""
        lent = (grant for grant in self.grants if _scope(permission, (grant,)).covers(department_id))
        return next((grant.deputy_for_name for grant in lent), "")

    def stood_in_for(self, person_id: int | None) -> str:
        """Return the name of a person for whom this one stands in, empty for everybody else."""
        return next((g.deputy_for_name for g in self.grants if person_id and g.deputy_for == person_id), "")

    def may(self, permission: Right, department_id: int | None = None) -> bool:
        """Tell whether the right is held in a department or, without one, anywhere at all."""
        scope = self.scope(permission)
        return bool(scope) if department_id is None else scope.covers(department_id)

    def holds(self, role: Role) -> bool:
        """Tell whether the person holds a role anywhere."""
        return any(grant.role is role for grant in self.grants)


def _scope(permission: Right, grants: Iterable[Grant]) -> Scope:
    reaches = TABLE[permission]
    departments: set[int] = set()
    for grant in grants:
        reach = reaches.get(grant.role)
        if reach is Reach.CITY:
            return Scope(city=True)
        if reach is Reach.SUBTREE:
            departments |= grant.subtree
        elif reach is Reach.AGENCY:
            departments |= grant.agency
        elif reach is Reach.UNIT and grant.department_id is not None:
            departments.add(grant.department_id)
    return Scope(departments=frozenset(departments))


SYSTEM: Final = Principal(person_id=None, name=N_("系統"))


@dataclass(frozen=True)
class Act:
    """Who acts, when, on which local day and from where: handed to every service verb.

    Of a `quiet` act nobody gets a notice.
    """

    by: Principal
    at: datetime
    today: date
    ip: str | None = field(default=None)
    quiet: bool = field(default=False)

    def quietly(self) -> "Act":
        """Return the same act of which nobody gets a notice; the record tells of it as of any other."""
        return replace(self, quiet=True)

    def require(self, permission: Right) -> None:
        """Raise Forbidden unless who acts holds the right anywhere at all."""
        if not self.by.may(permission):
            raise Forbidden
