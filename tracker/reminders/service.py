"""What the house tells people: notices for events, the letters that people asked for, read marks.

A notice is inside the system at once; where its kind goes by mail, it waits for the person's next letter of the day.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update

from tracker import audit
from tracker.access import Act, Permission, Role
from tracker.actions.events import (
    ActionAcknowledged,
    ActionAssigned,
    ActionClosed,
    ActionEnded,
    ActionReopened,
    ActionSplit,
    ClosingPrepared,
    ClosingRefused,
    ClosingRequested,
    ClosingReturned,
    ExtensionDecided,
    ExtensionRequested,
    OfficerChanged,
    PartsHandedOver,
    PetitionDecided,
    PetitionMade,
    PostCheckAnswered,
    PostCheckNoted,
    ProgressAsked,
    ProgressReturned,
    ProgressSubmitted,
)
from tracker.actions.models import Closing, Extension, Part, Petition, PostCheck, ProgressUpdate
from tracker.actions.rules.workflow import PartStatus
from tracker.foundation.clock import local_date
from tracker.foundation.database import Session
from tracker.foundation.errors import Forbidden, NotFound, StepNotAllowed
from tracker.foundation.mailing import Outcome
from tracker.foundation.showing import show_date
from tracker.people.events import DeputyNamed, TokenIssued
from tracker.people.queries import get_user
from tracker.people.rules.tokens import LIFETIMES, Purpose, digest
from tracker.reminders import outbox
from tracker.reminders.letter_queries import get_letter, list_refused
from tracker.reminders.letters import write_token_letter
from tracker.reminders.models import LetterKind, LetterState, Notice, OutboxLetter, Planned, RefusedAddress
from tracker.reminders.outbox import NewLetter
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import load_directory
from tracker.reminders.rendering import envelope
from tracker.reminders.rules.digest import MAILED, NoticeKind
from tracker.reminders.rules.recipients import NO_REQUEST, Recipient, Request, asked_by, recipients
from tracker.reminders.rules.stages import Capacity
from tracker.reports.events import DraftsAssigned

_OWNER = (Capacity.OFFICER, Capacity.UNIT_HEAD)
_OWNER_AND_AGENCY = (*_OWNER, Capacity.AGENCY_HEAD)
_LETTERS = {Purpose.INVITATION: LetterKind.INVITATION, Purpose.PASSWORD_RESET: LetterKind.PASSWORD_RESET}


def notify_of_assignment(session: Session, happened: ActionAssigned) -> None:
    """Tell officer and unit head of each department that an item came to them, or that it was taken from them."""
    parts = _parts(session, happened.item_id)
    given = [part for part in parts if part.status is not PartStatus.RELEASED]
    lost = [part for part in parts if part.id in happened.lost_part_ids]
    _tell(session, happened.act, NoticeKind.ASSIGNED, happened.item_id, _OWNER, given)
    _tell(session, happened.act, NoticeKind.REASSIGNED_AWAY, happened.item_id, _OWNER, lost)


def notify_of_handover(session: Session, happened: PartsHandedOver) -> None:
    """Tell who takes items over, in one notice of them all, and who held them so far, if they are still there.

    Where nobody takes them yet, the head of the unit hears that somebody is to be named.
    """
    act = happened.act
    if act.quiet:
        return
    directory = load_directory(session, act.today)
    told: dict[int, tuple[Recipient, list[int]]] = {}
    parts = [session.get_one(Part, part_id) for part_id in happened.part_ids]
    for part in parts:
        for each in recipients((Capacity.OFFICER,), happened.to_id, part.department_id, directory):
            told.setdefault(each.person_id, (each, []))[1].append(part.item_id)
    for each, item_ids in told.values():
        taken = each.capacity is Capacity.OFFICER
        kind = NoticeKind.OFFICER_GIVEN if taken else NoticeKind.OFFICER_MISSING
        _add_notice(session, act, kind, each, item_ids)
    if happened.from_id in directory.active:
        everything = [part.item_id for part in parts]
        officer = Recipient(happened.from_id, Capacity.OFFICER)
        _add_notice(session, act, NoticeKind.OFFICER_TAKEN, officer, everything)


def notify_of_deputy(session: Session, happened: DeputyNamed) -> None:
    """Tell a deputy, and the person stood in for, from when until when; inside the system only."""
    person, deputy = get_user(session, happened.person_id), get_user(session, happened.deputy_id)
    for each in (person, deputy):
        if each.id == happened.act.by.person_id:
            continue
        days = (show_date(day, each.language) for day in (happened.starts_on, happened.ends_on))
        session.add(
            Notice(
                person_id=each.id,
                kind=NoticeKind.DEPUTY_NAMED,
                actor_name=happened.act.by.name,
                detail=f"{person.name} → {deputy.name} {'–'.join(days)}",
                created_at=happened.act.at,
            )
        )


def notify_of_drafts(session: Session, happened: DraftsAssigned) -> None:
    """Tell a reviewer how many drafts they were given; inside the system only, and nobody of what they took."""
    if happened.reviewer_id == happened.act.by.person_id or happened.act.quiet:
        return
    session.add(
        Notice(
            person_id=happened.reviewer_id,
            kind=NoticeKind.DRAFTS_GIVEN,
            actor_name=happened.act.by.name,
            detail=str(happened.count),
            created_at=happened.act.at,
        )
    )


def notify_of_acknowledgement(session: Session, happened: ActionAcknowledged) -> None:
    """Tell the coordinators that an item was taken."""
    lead = _parts(session, happened.item_id)[:1]
    _tell(session, happened.act, NoticeKind.ACKNOWLEDGED, happened.item_id, (Capacity.COORDINATOR,), lead)


def notify_of_splitting(session: Session, happened: ActionSplit) -> None:
    """Tell the owner that a part of the item became one of its own; whom that one went to hears of its assignment."""
    lead = _parts(session, happened.item_id)[:1]
    _tell(session, happened.act, NoticeKind.SPLIT, happened.item_id, _OWNER, lead, happened.reason)


def notify_of_new_officer(session: Session, happened: OfficerChanged) -> None:
    """Tell the officer who now holds a department's part, and the one who held it before."""
    if happened.act.quiet:
        return
    part = session.get_one(Part, happened.part_id)
    officers = ((NoticeKind.OFFICER_GIVEN, part.officer_id), (NoticeKind.OFFICER_TAKEN, happened.from_id))
    directory = load_directory(session, happened.act.today)
    for kind, officer_id in officers:
        # Nobody hears in the place of a colleague who left: the part is in other hands.
        if officer_id in directory.active:
            heard = recipients((Capacity.OFFICER,), officer_id, part.department_id, directory)
            _add_notices(session, happened.act, kind, happened.item_id, heard, happened.reason)


def notify_of_progress(session: Session, happened: ProgressSubmitted) -> None:
    """Tell the head who may approve it that a report of progress waits."""
    if happened.waits:
        parts = [session.get_one(Part, happened.part_id)]
        kind, audience = NoticeKind.PROGRESS_SUBMITTED, (Capacity.UNIT_HEAD,)
        request = asked_by(happened.act.by.person_id, rises=True)
        _tell(session, happened.act, kind, happened.item_id, audience, parts, request=request)


def notify_of_return(session: Session, happened: ProgressReturned) -> None:
    """Tell the officer what is missing from a report of progress."""
    update = session.get_one(ProgressUpdate, happened.update_id)
    parts = [session.get_one(Part, update.part_id)]
    kind, audience = NoticeKind.PROGRESS_RETURNED, (Capacity.OFFICER,)
    _tell(session, happened.act, kind, happened.item_id, audience, parts, update.review_note)


def notify_of_question(session: Session, happened: ProgressAsked) -> None:
    """Tell the officer of each department at work that somebody asks for a report of progress."""
    at_work = [part for part in _parts(session, happened.item_id) if part.status is PartStatus.OPEN]
    kind = NoticeKind.PROGRESS_ASKED
    _tell(session, happened.act, kind, happened.item_id, (Capacity.OFFICER,), at_work, happened.message)


def notify_of_closing_request(session: Session, happened: ClosingRequested) -> None:
    """Tell those who decide that a department asks to be released."""
    closing = session.get_one(Closing, happened.closing_id)
    parts = [session.get_one(Part, closing.part_id)]
    _tell(
        session,
        happened.act,
        NoticeKind.CLOSING_REQUESTED,
        happened.item_id,
        (Capacity.DECIDER,),
        parts,
        closing.result,
        asked_by(closing.requested_by_id, closing.forwarded_by_id),
    )


def notify_of_prepared_closing(session: Session, happened: ClosingPrepared) -> None:
    """Tell the head who may forward it that a closing request waits."""
    closing = session.get_one(Closing, happened.closing_id)
    parts = [session.get_one(Part, closing.part_id)]
    kind, audience = NoticeKind.CLOSING_PREPARED, (Capacity.UNIT_HEAD,)
    request = asked_by(closing.requested_by_id)
    _tell(session, happened.act, kind, happened.item_id, audience, parts, closing.result, request)


def notify_of_returned_closing(session: Session, happened: ClosingReturned) -> None:
    """Tell the officer what is missing from a closing request."""
    closing = session.get_one(Closing, happened.closing_id)
    parts = [session.get_one(Part, closing.part_id)]
    kind, audience = NoticeKind.CLOSING_RETURNED, (Capacity.OFFICER,)
    _tell(session, happened.act, kind, happened.item_id, audience, parts, closing.decision)


def notify_of_refusal(session: Session, happened: ClosingRefused) -> None:
    """Tell the owner that the item stays under tracking, and why."""
    closing = session.get_one(Closing, happened.closing_id)
    parts = [session.get_one(Part, closing.part_id)]
    _tell(session, happened.act, NoticeKind.RETURNED, happened.item_id, _OWNER, parts, closing.decision)


def notify_of_closing(session: Session, happened: ActionClosed) -> None:
    """Tell owner and agency head that the item was released."""
    closing = session.get_one(Closing, happened.closing_id)
    parts = [session.get_one(Part, closing.part_id)]
    _tell(
        session,
        happened.act,
        NoticeKind.DECIDED,
        happened.item_id,
        _OWNER_AND_AGENCY,
        parts,
        closing.decision,
    )


def notify_of_extension_request(session: Session, happened: ExtensionRequested) -> None:
    """Tell those whose signature is due that a department asks for more time."""
    _tell_approvers(session, happened.act, session.get_one(Extension, happened.extension_id))


def notify_of_extension_decision(session: Session, happened: ExtensionDecided) -> None:
    """Tell the owner whether there is more time; or those who decide after the head of the agency."""
    extension = session.get_one(Extension, happened.extension_id)
    if extension.decided_at is None:
        _tell_approvers(session, happened.act, extension)
        return
    kind = NoticeKind.EXTENSION_GRANTED if extension.granted else NoticeKind.EXTENSION_REFUSED
    lead = _parts(session, happened.item_id)[:1]
    _tell(session, happened.act, kind, happened.item_id, _OWNER, lead, extension.decision)


def notify_of_petition(session: Session, happened: PetitionMade) -> None:
    """Tell those who decide what the leading department asks for."""
    petition = session.get_one(Petition, happened.petition_id)
    lead = _parts(session, happened.item_id)[:1]
    kind, audience = NoticeKind.PETITION_MADE, (Capacity.DECIDER,)
    request = asked_by(petition.requested_by_id)
    _tell(session, happened.act, kind, happened.item_id, audience, lead, petition.reason, request)


def notify_of_petition_decision(session: Session, happened: PetitionDecided) -> None:
    """Tell the owner and the head of the agency why nothing changes; or who asked, that it was granted.

    What was granted is told to everybody else by the step itself.
    """
    petition = session.get_one(Petition, happened.petition_id)
    if not petition.granted:
        lead = _parts(session, happened.item_id)[:1]
        kind, audience = NoticeKind.PETITION_REFUSED, _OWNER_AND_AGENCY
        _tell(session, happened.act, kind, happened.item_id, audience, lead, petition.decision)
    elif not happened.act.quiet:
        session.add(
            Notice(
                person_id=petition.requested_by_id,
                kind=NoticeKind.PETITION_GRANTED,
                item_id=happened.item_id,
                actor_name=happened.act.by.name,
                detail=petition.decision,
                created_at=happened.act.at,
                mail=Planned.PLANNED,
            )
        )


def notify_of_reopening(session: Session, happened: ActionReopened) -> None:
    """Tell owner and agency head that the item is tracked again."""
    lead = _parts(session, happened.item_id)[:1]
    _tell(session, happened.act, NoticeKind.REOPENED, happened.item_id, _OWNER_AND_AGENCY, lead)


def notify_of_answered_check(session: Session, happened: PostCheckAnswered) -> None:
    """Tell the coordinators how things stand with an item that was released."""
    lead, check = _parts(session, happened.item_id)[:1], session.get_one(PostCheck, happened.check_id)
    kind, audience = NoticeKind.CHECK_ANSWERED, (Capacity.COORDINATOR,)
    _tell(session, happened.act, kind, happened.item_id, audience, lead, check.narrative)


def notify_of_noted_check(session: Session, happened: PostCheckNoted) -> None:
    """Tell the owner that the coordinating office took note."""
    lead, check = _parts(session, happened.item_id)[:1], session.get_one(PostCheck, happened.check_id)
    _tell(session, happened.act, NoticeKind.CHECK_NOTED, happened.item_id, _OWNER, lead, check.note)


def notify_of_end(session: Session, happened: ActionEnded) -> None:
    """Tell every department that the item left tracking without being released."""
    _tell(
        session, happened.act, NoticeKind.ENDED, happened.item_id, _OWNER, _parts(session, happened.item_id)
    )


def notify_of_failed_letter(session: Session, letter_id: int, outcome: Outcome, now: datetime) -> None:
    """Tell the administrators that the mail server refused an address for good."""
    letter = session.get_one(OutboxLetter, letter_id)
    directory = load_directory(session, letter.local_date)
    administrators = [
        p for (role, _), held in directory.holders.items() if role is Role.ADMINISTRATOR for p in held
    ]
    for person_id in sorted(set(administrators)):
        session.add(
            Notice(
                person_id=person_id,
                kind=NoticeKind.LETTER_FAILED,
                detail=f"{letter.address}: {outcome.code or ''} {outcome.text}"[:500],
                created_at=now,
            )
        )


def send_token_letter(office: PostOffice, session: Session, happened: TokenIssued) -> None:
    """Put an invitation or a password reset into the outbox; these do not count for one mail a day."""
    kind = _LETTERS.get(happened.purpose)
    if kind is None:
        return
    now = office.clock.now()
    reader = get_user(session, happened.person_id)
    invited = kind is LetterKind.INVITATION
    links = office.links
    address = links.invitation(happened.token) if invited else links.password_reset(happened.token)
    until = now + LIFETIMES[happened.purpose]
    written = write_token_letter(office, kind, reader, address, until)
    key = f"{kind}|{reader.id}|{digest(happened.token)[:32]}"
    message_id = office.message_id(key)
    outbox.put(
        session,
        NewLetter(
            key=key,
            message_id=message_id,
            kind=kind,
            recipient_id=reader.id,
            address=reader.email,
            subject=written.subject,
            text="",
            payload=office.mailer.compose(envelope(office, reader, written, message_id, now)),
            local_date=local_date(now, office.zone),
            deliver_by=until,
        ),
        now,
    )


def mark_read(session: Session, act: Act, notice_id: int) -> Notice:
    """Note that a person read one of their notices; raises NotFound for somebody else's."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.person_id != act.by.person_id:
        raise NotFound
    notice.read_at = notice.read_at or act.at
    return notice


def mark_all_read(session: Session, act: Act, up_to: int) -> None:
    """Note that a person read all their notices up to the number of one; what came later they have not seen."""
    session.execute(
        update(Notice)
        .where(Notice.person_id == act.by.person_id, Notice.read_at.is_(None), Notice.id <= up_to)
        .values(read_at=act.at)
    )


def release_letter(session: Session, act: Act, letter_id: int) -> None:
    """Let a letter that was set aside go out again; raises NotFound, Forbidden or StepNotAllowed."""
    if not act.by.may(Permission.Outbox.RELEASE):
        raise Forbidden
    letter = get_letter(session, letter_id)
    if letter.state is not LetterState.HELD:
        raise StepNotAllowed
    outbox.release_held(letter, act.at)
    audit.record(session, act, "letter_released", "letter", letter_id)


def accept_address(session: Session, act: Act, refused_id: int) -> None:
    """Take the mark from an address that was put right: letters go there again; raises NotFound or Forbidden."""
    act.require(Permission.Outbox.RELEASE)
    refused = session.get(RefusedAddress, refused_id)
    if refused is None:
        raise NotFound
    _accept(session, act, refused)


def accept_all_addresses(session: Session, act: Act) -> int:
    """Take the mark from every address, after the mail server was put right say; returns from how many."""
    act.require(Permission.Outbox.RELEASE)
    marked = list_refused(session)
    for refused in marked:
        _accept(session, act, refused)
    return len(marked)


def _accept(session: Session, act: Act, refused: RefusedAddress) -> None:
    session.delete(refused)
    audit.record(session, act, "address_accepted", "address", refused.id, {"address": refused.address})


def _tell(
    session: Session,
    act: Act,
    kind: NoticeKind,
    item_id: int,
    audience: tuple[Capacity, ...],
    parts: Iterable[Part],
    detail: str = "",
    request: Request = NO_REQUEST,
) -> None:
    """Add a notice for each person concerned, once, but not for the one who acted; a quiet act tells nobody."""
    if act.quiet:
        return
    directory = load_directory(session, act.today)
    told: dict[int, Recipient] = {}
    for part in parts:
        for each in recipients(audience, part.officer_id, part.department_id, directory, request):
            told.setdefault(each.person_id, each)
    _add_notices(session, act, kind, item_id, told.values(), detail)


def _add_notices(
    session: Session,
    act: Act,
    kind: NoticeKind,
    item_id: int,
    told: Iterable[Recipient],
    detail: str = "",
) -> None:
    session.add_all(
        Notice(
            person_id=each.person_id,
            kind=kind,
            item_id=item_id,
            capacity=each.capacity,
            deputy_for_id=each.deputy_for,
            actor_name=act.by.name,
            detail=detail,
            created_at=act.at,
            mail=Planned.PLANNED if kind in MAILED else None,
        )
        for each in told
        if each.person_id != act.by.person_id
    )
    session.flush()


def _add_notice(session: Session, act: Act, kind: NoticeKind, told: Recipient, item_ids: list[int]) -> None:
    """Add one notice about some items."""
    session.add(
        Notice(
            person_id=told.person_id,
            kind=kind,
            item_ids=list(dict.fromkeys(item_ids)),
            capacity=told.capacity,
            deputy_for_id=told.deputy_for,
            actor_name=act.by.name,
            created_at=act.at,
            mail=Planned.PLANNED if kind in MAILED else None,
        )
    )


def _tell_approvers(session: Session, act: Act, extension: Extension) -> None:
    lead = _parts(session, extension.item_id)[:1]
    kind, audience = NoticeKind.EXTENSION_REQUESTED, (Capacity.APPROVER,)
    request = asked_by(extension.requested_by_id, turn=extension.turn)
    _tell(session, act, kind, extension.item_id, audience, lead, extension.reason, request)


def _parts(session: Session, item_id: int) -> Sequence[Part]:
    """Return the parts of an item, the leading one first."""
    return session.scalars(select(Part).where(Part.item_id == item_id).order_by(Part.role, Part.id)).all()
