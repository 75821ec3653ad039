"""People and departments as rows."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.access import Role
from tracker.foundation.database import Base, code_column
from tracker.people.rules.office_table import DaySource
from tracker.people.rules.tokens import Purpose


class Department(Base):
    """An agency or a unit below one; the tree is made by `parent_id`."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    english_name: Mapped[str] = mapped_column(default="")
    aliases: Mapped[list[str]] = mapped_column(default=list)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    mailbox: Mapped[str] = mapped_column(default="")
    is_coordinating: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column()

    parent: Mapped["Department | None"] = relationship(remote_side="Department.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain class attribute


class User(Base):
    """A person; the password is absent until an invitation is accepted."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    extension: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="zh-Hant")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="RoleGrant.id"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain class attribute


class RoleGrant(Base):
    """One role of one person in one department; city-wide roles name the department the person sits in."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role", "department_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(code_column(Role))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)

    person: Mapped[User] = relationship(back_populates="grants")
    department: Mapped[Department | None] = relationship()


class Delegation(Base):
    """A deputy (職務代理人) who acts for a person from one day until another, both included."""

    __tablename__ = "delegation"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]

    person: Mapped[User] = relationship(foreign_keys=[person_id])
    deputy: Mapped[User] = relationship(foreign_keys=[deputy_id])


class Invitation(Base):
    """A one-time token: the first administrator's, an invitation's or a password reset's. Only its digest is kept."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[Purpose] = mapped_column(code_column(Purpose))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[User | None] = relationship()


class SignIn(Base):
    """A sign-in session: listed to its owner, revocable one by one."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    ip: Mapped[str | None]
    browser: Mapped[str]

    person: Mapped[User] = relationship()


class SignInAttempt(Base):
    """One attempt to sign in, good or bad: what the lock-out counts."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix__sign_in_attempt__email_at", "email", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    ip: Mapped[str | None]
    at: Mapped[datetime]
    succeeded: Mapped[bool]


class APIToken(Base):
    """A bearer token of one person for `/api/v1`; only its digest is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    person: Mapped[User] = relationship()


class OfficeDay(Base):
    """A day on which the office calendar differs from the country's: a typhoon day, a late decision.

    Without a department it holds for the whole city, else for that department and all below it. A day set by hand
    keeps what a file told of it, so that it can be as published again.
    """

    __tablename__ = "office_day"
    __table_args__ = (
        UniqueConstraint("day", "department_id"),
        Index(
            "uq__office_day__city",
            "day",
            unique=True,
            sqlite_where=text("department_id IS NULL"),
            postgresql_where=text("department_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    is_workday: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    source: Mapped[DaySource] = mapped_column(code_column(DaySource), default=DaySource.HAND)
    imported_is_workday: Mapped[bool | None]
    imported_note: Mapped[str | None]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)

    department: Mapped[Department | None] = relationship()
