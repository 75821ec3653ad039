"""What every letter is made with: its words become a subject, a complete plain text and a page, then an envelope."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import formataddr
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from tracker.foundation.bundled import bundled
from tracker.foundation.language import N_, translations, translator
from tracker.foundation.mailing import Attachment, Letter
from tracker.foundation.showing import show_moment, show_number
from tracker.people.models import User
from tracker.reminders.models import LetterKind
from tracker.reminders.post_office import PostOffice

HEADERS: Mapping[str, str] = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SPACES = re.compile(r"\s+")
_CHINESE = r"[\u3000-\u9fff\uff00-\uffef]"
_CHINESE_LINE_BREAK = re.compile(rf"(?<={_CHINESE})[^\S\u3000]*\n\s*(?={_CHINESE})")
_inliner = CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)


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


def render(office: PostOffice, kind: LetterKind, reader: User, **context: Any) -> Written:
    """Put what a letter of a kind tells into the reader's language, by the templates of that kind."""
    language = reader.language
    context |= {
        "name": one_line(reader.name),
        "language": language,
        "city": office.city,
        "reply_to": office.mail.reply_to,
        "zone": office.zone,
    }
    environment = _environment(language, office.zone)
    subject = one_line(environment.get_template(f"emails/{kind}/subject.txt").render(context))
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
        to_name=one_line(reader.name),
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


def one_line(words: str) -> str:
    """Return words on one line, without characters that could break a header or disguise a text."""
    joined = _CHINESE_LINE_BREAK.sub("", words)
    return _SPACES.sub(" ", _CONTROL.sub(" ", joined)).strip()


def shortened(words: str, length: int) -> str:
    """Return words on one line, cut to a length."""
    line = one_line(words)
    return line if len(line) <= length else f"{line[:length].rstrip()}…"
