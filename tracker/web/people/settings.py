"""A person's own settings: language, letters, password, sign-ins, deputies, tokens for the API."""

from datetime import date
from typing import Any

from flask import g, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, PasswordField, SelectField
from wtforms.validators import EqualTo, ValidationError

from tracker.access import ROLE_LABELS, Permission, Role
from tracker.foundation.language import N_
from tracker.people import api_tokens, queries, service, signing_in
from tracker.reminders import preferences
from tracker.reminders.rules.preferences import WEEKDAYS, Preferences, hours_to_choose
from tracker.web.forms import Day, Form, PersonChoice, Words, required
from tracker.web.people.blueprint import blueprint
from tracker.web.session import act, refused, requires, say, session, tell, today, wiring

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)

_WEEKDAY_LABELS = (N_("每週一"), N_("每週二"), N_("每週三"), N_("每週四"), N_("每週五"))


class ChangePasswordForm(Form):
    """The present password and a new one."""

    old_password = PasswordField(N_("目前的密碼"), [required()])
    password = PasswordField(N_("新密碼"), [required()])
    repeated = PasswordField(
        N_("再輸入一次新密碼"), [required(), EqualTo("password", N_("兩次輸入的密碼不同。"))]
    )


class DeputyForm(Form):
    """Who stands in, from when until when."""

    deputy_id = PersonChoice(N_("職務代理人"))
    starts_on = Day(N_("開始日期"), is_required=True)
    ends_on = Day(N_("結束日期"), is_required=True)

    def validate_deputy_id(self, chosen: PersonChoice) -> None:
        """Ask for a person."""
        if chosen.data is None:
            raise ValidationError(say(N_("請選擇職務代理人。")))

    def chosen(self) -> tuple[int, date, date]:
        """Return the deputy, the first and the last day."""
        assert self.deputy_id.data is not None
        assert self.starts_on.data is not None
        assert self.ends_on.data is not None
        return self.deputy_id.data, self.starts_on.data, self.ends_on.data


class LettersForm(Form):
    """When letters come, and which a person does without."""

    hour = SelectField(N_("每日提醒信的寄送時間"))
    weekday = SelectField(N_("所屬機關事項彙整的寄送日"))
    only_duties = BooleanField(N_("不收自己承辦事項的早期提醒"))

    @classmethod
    def of(cls, chosen: Preferences, **options: Any) -> "LettersForm":
        """Return the form with what can be chosen, and what was."""
        hour, weekday = ("" if each is None else str(each) for each in (chosen.hour, chosen.weekday))
        data = {"hour": hour, "weekday": weekday, "only_duties": chosen.only_duties}
        form = cls(data=data, **options)
        form.offer()
        return form

    def offer(self) -> None:
        """Fill in what can be chosen."""
        office_hour = wiring().office.hour
        hours = {str(hour): f"{hour:02}:00" for hour in hours_to_choose(office_hour)}
        self.hour.choices = {"": say(N_("依系統設定（%(hour)s）"), hour=f"{office_hour:02}:00"), **hours}
        self.weekday.choices = {
            "": say(N_("依系統設定")),
            **{str(day): say(label) for day, label in zip(WEEKDAYS, _WEEKDAY_LABELS, strict=True)},
        }

    def chosen(self) -> Preferences:
        """Return what was chosen."""
        hour, weekday = self.hour.data, self.weekday.data
        return Preferences(
            int(hour) if hour else None, int(weekday) if weekday else None, bool(self.only_duties.data)
        )


class TokenForm(Form):
    """What a new token is for."""

    name = Words(N_("權杖名稱"), [required()])


@blueprint.get("/me")
@requires(Permission.Account.OWN)
def show_settings() -> Any:
    """Show everything that is one's own."""
    return _page()


@blueprint.post("/me/password")
@requires(Permission.Account.OWN)
def change_password() -> Any:
    """Change the password; every other sign-in ends."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        with refused(form):
            old, new = form.old_password.data or "", form.password.data or ""
            signing_in.change_password(session(), act(), _me(), old, new, keep=g.sign_in_id)
            tell(N_("密碼已變更，其他裝置都已登出。"))
            return redirect(url_for("people.show_settings"))
    return _page(password=form)


@blueprint.post("/me/sign-ins/<int:sign_in_id>/end")
@requires(Permission.Account.OWN)
def end_sign_in(sign_in_id: int) -> Response:
    """Sign one device out."""
    signing_in.end_sign_in(session(), act(), _me(), sign_in_id)
    tell(N_("該裝置已登出。"))
    return redirect(url_for("people.show_settings"))


@blueprint.post("/me/sign-ins/end-others")
@requires(Permission.Account.OWN)
def end_other_sign_ins() -> Response:
    """Sign every device out but this one."""
    signing_in.end_all_sign_ins(session(), act(), _me(), keep=g.sign_in_id)
    tell(N_("其他裝置都已登出。"))
    return redirect(url_for("people.show_settings"))


@blueprint.post("/me/letters")
@requires(Permission.Account.OWN)
def choose_letters() -> Any:
    """Choose when letters come, and which to do without."""
    form = _letters_form()
    if form.validate_on_submit():
        with refused(form):
            preferences.choose(session(), wiring().office, act(), form.chosen())
            tell(N_("提醒信的設定已儲存，從下一封信起適用。"))
            return redirect(url_for("people.show_settings"))
    return _page(letters=form)


@blueprint.post("/me/deputies")
@requires(Permission.Account.OWN)
def add_deputy() -> Any:
    """Name a deputy."""
    form = _deputy_form()
    if form.validate_on_submit():
        with refused(form):
            service.delegate(session(), act(), _me(), *form.chosen())
            tell(N_("職務代理人已設定。"))
            return redirect(url_for("people.show_settings"))
    return _page(deputy=form)


@blueprint.post("/me/deputies/<int:delegation_id>/end")
@requires(Permission.Account.OWN)
def end_deputy(delegation_id: int) -> Response:
    """End a delegation at once."""
    service.end_delegation(session(), act(), _me(), delegation_id)
    tell(N_("職務代理已結束。"))
    return redirect(url_for("people.show_settings"))


@blueprint.post("/me/tokens")
@requires(Permission.Account.OWN)
def issue_token() -> Any:
    """Make a token for the API and show it, this once."""
    form = TokenForm()
    if form.validate_on_submit():
        with refused(form):
            token = api_tokens.issue_api_token(session(), act(), _me(), form.name.data or "")
            session().flush()
            return _page(issued=token)
    return _page(token=form)


@blueprint.post("/me/tokens/<int:token_id>/revoke")
@requires(Permission.Account.OWN)
def revoke_token(token_id: int) -> Response:
    """End a token for the API."""
    api_tokens.revoke_api_token(session(), act(), _me(), token_id)
    tell(N_("權杖已撤銷。"))
    return redirect(url_for("people.show_settings"))


def _me() -> int:
    person_id = act().by.person_id
    assert person_id is not None
    return person_id


def _deputy_form(**options: Any) -> DeputyForm:
    form = DeputyForm(**options)
    others = [user for user in queries.list_active_people(session()) if user.id != _me()]
    form.deputy_id.offer(others, say(N_("請選擇")))
    return form


def _letters_form(**options: Any) -> LettersForm:
    return LettersForm.of(preferences.preferences_of(session(), _me()), **options)


def _page(
    letters: LettersForm | None = None,
    password: ChangePasswordForm | None = None,
    deputy: DeputyForm | None = None,
    token: TokenForm | None = None,
    issued: str | None = None,
) -> Any:
    sent = letters or password or deputy or token
    page = render_template(
        "people/show_settings.html",
        user=queries.get_user(session(), _me()),
        role_labels=ROLE_LABELS,
        letters=letters or _letters_form(formdata=None),
        oversees=any(map(act().by.holds, (Role.AGENCY_HEAD, Role.COORDINATOR))),
        password=password or ChangePasswordForm(formdata=None),
        deputy=deputy or _deputy_form(formdata=None),
        token=token or TokenForm(formdata=None),
        issued=issued,
        sign_ins=[
            (row, browser_words(row.browser), row.id == g.sign_in_id)
            for row in queries.list_sign_ins(session(), _me(), g.now)
        ],
        delegations=queries.list_delegations(session(), _me(), today()),
        stood_in_for=[queries.get_user(session(), each) for each in sorted(act().by.persons - {_me()})],
        tokens=queries.list_api_tokens(session(), _me()),
    )
    return page, sent.answer_status if sent else 200


def browser_words(user_agent: str) -> str:
    """Return the browser and system that a user agent names, such as "Firefox · Windows"."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part)
