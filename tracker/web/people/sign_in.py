"""Signing in and out, one-time links, and the preferences that also somebody outside has.

Showing a page never changes anything: mail programs open links on their own to look for viruses.
"""

from typing import Any

from flask import current_app, g, redirect, render_template, request, url_for
from flask import session as browser_session
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import EqualTo

from tracker.foundation.language import N_, known_language, translator
from tracker.people import invitations, queries, service, signing_in
from tracker.people.invitations import TokenNotValid
from tracker.people.models import Invitation, User
from tracker.people.rules.tokens import Purpose
from tracker.people.service import AlreadySetUp, PersonFields
from tracker.people.signing_in import SignInLocked, SignInRefused
from tracker.web.forms import Form, Words, required
from tracker.web.people.blueprint import blueprint
from tracker.web.session import act, anyone, cookie_name, local_path, refused, session, tell, wiring

YEAR = 365 * 24 * 3600
THEMES = ("auto", "light", "dark")


class SignInForm(Form):
    """Who one is, and the password that proves it."""

    email = Words(N_("電子郵件"), [required()])
    password = PasswordField(N_("密碼"), [required()])


class ResetForm(Form):
    """Whose password is forgotten."""

    email = Words(N_("電子郵件"), [required()])


class PasswordForm(Form):
    """A new password, typed twice."""

    password = PasswordField(N_("新密碼"), [required()])
    repeated = PasswordField(
        N_("再輸入一次新密碼"), [required(), EqualTo("password", N_("兩次輸入的密碼不同。"))]
    )


class SetUpForm(PasswordForm):
    """The first administrator."""

    name = Words(N_("姓名"), [required()])
    email = Words(N_("電子郵件"), [required()])
    title = Words(N_("職稱"))


@blueprint.route("/sign-in", methods=["GET", "POST"])
@anyone("whoever signs in is not signed in yet")
def sign_in() -> Any:
    """Let a person in who knows the password; says the same words whether or not the address is known."""
    form = SignInForm()
    if request.method == "GET" and g.sign_in_id is not None:
        return redirect(local_path(request.args.get("next")))
    if form.validate_on_submit():
        try:
            user = _authenticated(form.email.data or "", form.password.data or "")
        except (SignInRefused, SignInLocked) as error:
            form.refusal, form.form_errors = error, [error.text(translator(g.language))]
        else:
            return _welcome(user)
    return render_template("people/sign_in.html", form=form), form.answer_status


def _authenticated(email: str, password: str) -> User:
    """Check the password outside of the request's transaction: an attempt counts also when it is refused."""
    database, now, ip = wiring().database, g.now, request.remote_addr
    try:
        with database.reading() as reading:
            user = signing_in.authenticate(reading, email, password, ip, now)
    except SignInRefused:
        with database.transaction() as writing:
            signing_in.note_attempt(writing, email, ip, now, succeeded=False)
        raise
    with database.transaction() as writing:
        signing_in.note_attempt(writing, email, ip, now, succeeded=True)
    return user


def _welcome(user: User) -> Response:
    """Open a sign-in and go on; the form session is made anew, so that one planted before knows nothing."""
    browser_session.clear()
    zone = wiring().settings.site.zone
    entering = queries.act_of(session(), user, g.now, zone, request.remote_addr)
    _, token = signing_in.begin_sign_in(session(), entering, user, request.user_agent.string)
    response = redirect(local_path(request.args.get("next")))
    response.set_cookie(cookie_name(), token, httponly=True, samesite="Lax", secure=_secure(), path="/")
    return response


@blueprint.post("/sign-out")
@anyone("leaving needs no right")
def sign_out() -> Response:
    """End this sign-in."""
    person_id = act().by.person_id
    if g.sign_in_id is not None and person_id is not None:
        signing_in.end_sign_in(session(), act(), person_id, g.sign_in_id)
    browser_session.clear()
    tell(N_("您已登出。"))
    response = redirect(url_for("people.sign_in"))
    response.delete_cookie(cookie_name(), httponly=True, samesite="Lax", secure=_secure(), path="/")
    return response


@blueprint.post("/language")
@anyone("the sign-in page, too, is read in both languages")
def choose_language() -> Response:
    """Set the language, for the person where one is signed in and for the browser in any case."""
    language = known_language(request.form.get("language"))
    person_id = act().by.person_id
    if person_id is not None:
        service.choose_language(session(), act(), person_id, language)
    return _remembering("language", language)


@blueprint.post("/theme")
@anyone("the looks of a page are the browser's own affair")
def choose_theme() -> Response:
    """Set light, dark, or what the system says, for the browser."""
    wanted = request.form.get("theme", "")
    return _remembering("theme", wanted if wanted in THEMES else THEMES[0])


def _remembering(name: str, value: str) -> Response:
    response = redirect(local_path(request.form.get("next")))
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=_secure(), path="/")
    return response


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


@blueprint.route("/forgot", methods=["GET", "POST"])
@anyone("whoever forgot the password cannot sign in")
def request_password_reset() -> Any:
    """Send a link to set a new password; the answer does not tell whether the address is known."""
    form = ResetForm()
    if form.validate_on_submit():
        invitations.request_password_reset(session(), act(), form.email.data or "")
        tell(N_("如果這個電子郵件有帳號，重設密碼的信會在幾分鐘內寄到。信中的連結 1 小時內有效。"), "info")
        return redirect(url_for("people.sign_in"))
    return render_template("people/request_password_reset.html", form=form), form.answer_status


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@anyone("the one-time token in the address is the right")
def accept_invitation(token: str) -> Any:
    """Let an invited person set the first password."""
    return _choose_password(token, Purpose.INVITATION, N_("密碼已設定，請登入。"))


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@anyone("the one-time token in the address is the right")
def reset_password(token: str) -> Any:
    """Let a person set a new password."""
    return _choose_password(token, Purpose.PASSWORD_RESET, N_("新密碼已設定，其他裝置都已登出。請登入。"))


def _choose_password(token: str, purpose: Purpose, done: str) -> Any:
    person = _invited(token, purpose)
    form = PasswordForm()
    if form.validate_on_submit():
        with refused(form):
            invitations.accept_invitation(session(), act(), token, purpose, form.password.data or "")
            tell(done)
            return redirect(url_for("people.sign_in"))
    shown = {"is_first": purpose is Purpose.INVITATION, "invited": person}
    return render_template("people/choose_password.html", form=form, **shown), form.answer_status


def _invited(token: str, purpose: Purpose) -> User:
    person = _invitation(token, purpose).person
    if person is None or not person.is_active:
        raise TokenNotValid
    return person


def _invitation(token: str, purpose: Purpose) -> Invitation:
    found = queries.find_invitation(session(), token, purpose, g.now)
    if found is None:
        raise TokenNotValid
    return found


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
@anyone("the one-time token in the address is the right")
def set_up(token: str) -> Any:
    """Make the first administrator of a new installation."""
    if queries.has_administrator(session()):
        raise AlreadySetUp
    _invitation(token, Purpose.SETUP)
    form = SetUpForm()
    if form.validate_on_submit():
        fields = PersonFields(form.email.data or "", form.name.data or "", form.title.data or "")
        with refused(form):
            service.finish_setup(session(), act(), token, fields, form.password.data or "")
            tell(N_("系統管理者已建立，請登入。"))
            return redirect(url_for("people.sign_in"))
    return render_template("people/set_up.html", form=form), form.answer_status
