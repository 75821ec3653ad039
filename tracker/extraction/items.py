"""From parts to candidates: numbered items, bullets, table rows, labelled paragraphs and single sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from tracker.extraction import duedates, wording
from tracker.extraction.model import Candidate, DueHint
from tracker.extraction.outline import Part, is_table_row
from tracker.extraction.passage import Passage, joined, together
from tracker.extraction.sections import Kind, Section
from tracker.extraction.wording import Ask, Own, Role
from tracker.reading.document import Document

_LONGEST = 3_000
_MOST_COLUMNS = 60
_RECOMMENDS = re.compile("建議|recommend", re.IGNORECASE)
_CELL_RULE = re.compile(r"[\s|:\-]+")
_INLINE_NUMBER = re.compile(r"(?<=[\s:;,，；：])\((\d{1,2}|[a-h]|i{1,3}|iv|v)\)\s*")
_CONFIDENCE = {
    Ask.EXPLICIT: 0.8,
    Ask.MODAL: 0.7,
    Ask.LESSON: 0.6,
    Ask.COMMITMENT: 0.4,
    Ask.WEAK: 0.3,
}


@dataclass(frozen=True)
class Found:
    """A passage on its way to becoming a candidate, with the hints that stand beside it."""

    passage: Passage
    category: str | None
    confidence: float
    why: tuple[str, ...]
    is_possible: bool = False
    owner: str | None = None
    due: DueHint | None = None
    hints_are_given: bool = False


class Finder:
    """Walks through the sections of one report and collects what may be a recommendation."""

    def __init__(self, document: Document, own: Own, earliest: date | None, has_section: bool) -> None:
        self._document = document
        self._own = own
        self._earliest = earliest
        self._has_section = has_section

    def found_in(self, section: Section) -> Iterator[Found]:
        """Give what one part holds by itself; inner parts come by their own turn."""
        if section.kind is Kind.ASIDE:
            return
        if section.kind is Kind.LISTED:
            yield from self._listed(section)
        elif section.kind is Kind.MIXED:
            yield from self._mixed(section)
        else:
            yield from self._elsewhere(section)

    def candidate(self, found: Found) -> Candidate:
        """Turn a found passage into a candidate with its exact quote, page and hints."""
        passage = found.passage
        text = passage.text
        owner, due = found.owner, found.due
        if not found.hints_are_given:
            owner = owner or wording.owner_in(text)
            due = due or duedates.due_in(text, self._earliest)
        return Candidate(
            start=passage.start,
            end=passage.end,
            text=self._document.text[passage.start : passage.end],
            page=self._document.page_at(passage.start),
            category=found.category,
            owner_hint=owner,
            due_hint=due,
            confidence=found.confidence,
            why=found.why,
        )

    def _listed(self, section: Section) -> Iterator[Found]:
        part = section.part
        paragraphs, rows = _split_rows(part.paragraphs)
        yield from self._rows(rows, section, "recommendation-section")
        if not part.is_heading:
            yield from self._numbered_item(section, paragraphs)
        elif not paragraphs:
            if not part.parts and not rows and not section.opens:
                yield from self._short_item(section)
        elif section.opens or part.parts:
            yield from self._running(paragraphs, section, whole=section.opens and not part.parts and not rows)
        else:
            yield from self._headed_item(section, paragraphs)

    def _numbered_item(self, section: Section, paragraphs: Sequence[Passage]) -> Iterator[Found]:
        """Take an item of the author's own numbering whole, with its reasons."""
        part = section.part
        if not paragraphs or (part.parts and wording.is_lead_in(paragraphs[0].text)):
            return
        yield from self._whole(section, paragraphs, ("recommendation-section", _shape(part)))

    def _headed_item(self, section: Section, paragraphs: Sequence[Passage]) -> Iterator[Found]:
        """Take what stands under a topic's heading as one item, or its asks when there are several."""
        labelled = [p for p in paragraphs if _role(p) is Role.ACTION]
        asking = [p for p in paragraphs if wording.ask_of(p.text, self._own) in (Ask.EXPLICIT, Ask.MODAL)]
        if labelled or len(asking) < 2:
            yield from self._whole(section, paragraphs, ("recommendation-section", "headed-item"))
            return
        for paragraph in asking:
            yield from self._whole(section, [paragraph], ("recommendation-section", "paragraph"))

    def _short_item(self, section: Section) -> Iterator[Found]:
        """Take an item that is written like a heading."""
        head = section.part.head
        if head is None or not section.part.label:
            return
        line = head.after(len(section.part.label))
        if line.text:
            inherited = Section(section.part, section.kind, False, None)
            yield from self._whole(
                inherited, [joined([line])], ("recommendation-section", _shape(section.part))
            )

    def _whole(
        self, section: Section, paragraphs: Sequence[Passage], why: tuple[str, ...]
    ) -> Iterator[Found]:
        """Make one item of paragraphs, after labels, owners, dates and notes have found their places."""
        kept, owner, due, has_action = _sorted_by_role(paragraphs)
        if not kept:
            return
        category = section.category
        first, topic = _without_label(kept[0])
        if first is None:
            return
        passage = together([first, *(p for p in kept[1:] if not wording.is_closing(p.text))])
        end, noted_owner, noted_due = wording.note_after(passage.text)
        passage = passage.part(0, end) or passage
        owner = owner or noted_owner
        due = due or (duedates.due_in_cell(noted_due) if noted_due else None)
        if wording.says_nothing(passage.text) or len(passage.text) > _LONGEST or len(passage.text) < 4:
            return
        ask = wording.ask_of(passage.text, self._own)
        yield from self._parted(
            Found(
                passage,
                topic or category,
                0.95 if ask in (Ask.EXPLICIT, Ask.MODAL) or has_action else 0.8,
                (*why, ask.value) if ask else why,
                is_possible=_is_done(section.part),
                owner=owner,
                due=due,
            )
        )

    def _parted(self, found: Found) -> Iterator[Found]:
        """Split asks that are numbered inside one English sentence: "that the Unit (1) …; (2) …"."""
        text = found.passage.text
        marks = list(_INLINE_NUMBER.finditer(text))
        if len(marks) < 2 or marks[0][1] not in ("1", "a", "i") or not text.isascii():
            yield found
            return
        owner = found.owner or wording.owner_in(text[: marks[0].start()] + "to act")
        ends = [m.start() for m in marks[1:]] + [len(text)]
        for mark, end in zip(marks, ends, strict=True):
            passage = found.passage.part(mark.end(), end)
            if passage:
                yield Found(
                    passage,
                    found.category,
                    found.confidence,
                    (*found.why, "numbered-in-sentence"),
                    owner=owner,
                )

    def _running(self, paragraphs: Sequence[Passage], section: Section, whole: bool) -> Iterator[Found]:
        """Read the paragraphs that stand directly under the section's heading."""
        some_ask = any(self._asks(p) for p in paragraphs)
        for number, paragraph in enumerate(paragraphs):
            text = paragraph.text
            role = _role(paragraph)
            if role in (Role.BACKGROUND, Role.STATUS, Role.OWNER, Role.DUE) or wording.is_lead_in(text):
                continue
            sentences = list(paragraph.sentences())
            asks = [s for s in sentences if wording.ask_of(s.text, self._own) in (Ask.EXPLICIT, Ask.MODAL)]
            is_labelled = role is not None
            if some_ask and not asks and not is_labelled:
                continue
            if whole and (is_labelled or len(asks) == 1 or (not asks and not wording.is_closing(text))):
                following = [
                    p for p in paragraphs[number + 1 : number + 3] if _role(p) in (Role.OWNER, Role.DUE)
                ]
                shape = "labelled-paragraph" if is_labelled else "paragraph"
                if (
                    is_labelled
                    or len(sentences) == 1
                    or not asks
                    or sentences[0] is asks[0]
                    or len(sentences) <= 3
                ):
                    yield from self._whole(
                        section, [paragraph, *following], ("recommendation-section", shape)
                    )
                    continue
            for sentence in asks:
                yield from self._whole(section, [sentence], ("recommendation-section", "sentence"))

    def _mixed(self, section: Section) -> Iterator[Found]:
        part = section.part
        paragraphs, rows = _split_rows(part.paragraphs)
        yield from self._rows(rows, section, "mixed-section")
        if any(_role(p) is Role.ACTION for p in paragraphs):
            yield from self._whole(section, paragraphs, ("mixed-section", "labelled-paragraph"))
            return
        if part.head and not part.is_heading and not part.parts and paragraphs and self._is_item(paragraphs):
            yield from self._whole(section, paragraphs, ("mixed-section", _shape(part)))
            return
        if part.is_heading and not paragraphs and not part.parts and self._head_asks(part):
            yield from self._short_item(section)
            return
        for paragraph in paragraphs:
            yield from self._asking_sentences(paragraph, section)

    def _is_item(self, paragraphs: Sequence[Passage]) -> bool:
        body, _ = _without_label(paragraphs[0])
        return body is not None and wording.begins_with_ask(body.text) and self._asks(body)

    def _asks(self, passage: Passage) -> bool:
        return wording.ask_of(passage.text, self._own) in (Ask.EXPLICIT, Ask.MODAL)

    def _head_asks(self, part: Part) -> bool:
        return part.head is not None and wording.ask_of(part.head.text, self._own) in (
            Ask.EXPLICIT,
            Ask.MODAL,
        )

    def _asking_sentences(self, paragraph: Passage, section: Section) -> Iterator[Found]:
        if wording.is_lead_in(paragraph.text) and len(paragraph.text) < 60:
            return
        for sentence in paragraph.sentences():
            ask = wording.ask_of(sentence.text, self._own)
            if ask is None or wording.is_lead_in(sentence.text):
                continue
            body, topic = _without_label(sentence)
            if body is None or len(body.text) > _LONGEST:
                continue
            why = ("mixed-section", "sentence", ask.value)
            yield from self._parted(
                Found(body, topic or section.category, _CONFIDENCE[ask], why, is_possible=ask is Ask.WEAK)
            )

    def _elsewhere(self, section: Section) -> Iterator[Found]:
        """Look outside the sections for recommendations: what is labelled as one counts, the rest is possible."""
        paragraphs, rows = _split_rows(section.part.paragraphs)
        yield from self._rows(rows, section, None)
        labelled = [p for p in paragraphs if _names_recommendation(p)]
        for paragraph in labelled:
            number = paragraphs.index(paragraph)
            following = [p for p in paragraphs[number + 1 : number + 3] if _role(p) in (Role.OWNER, Role.DUE)]
            yield from self._whole(section, [paragraph, *following], ("labelled-recommendation",))
        for paragraph in paragraphs:
            if paragraph not in labelled:
                yield from self._possible(paragraph, section)

    def _possible(self, paragraph: Passage, section: Section) -> Iterator[Found]:
        body, topic = _without_label(paragraph)
        if body is None:
            return
        if topic and section.kind is Kind.REFLECTION and len(body.text) <= 400:
            if wording.is_commitment(body.text, self._own):
                why = ("reflection", Ask.COMMITMENT.value)
                yield Found(body, topic, _CONFIDENCE[Ask.COMMITMENT], why, is_possible=True)
            return
        for sentence in body.sentences():
            ask = wording.ask_of(sentence.text, self._own)
            if (
                ask is None
                and section.kind is Kind.REFLECTION
                and wording.is_commitment(sentence.text, self._own)
            ):
                ask = Ask.COMMITMENT
            if (
                ask is None
                or ask is Ask.WEAK
                or len(sentence.text) > _LONGEST
                or wording.is_lead_in(sentence.text)
            ):
                continue
            stands_alone = ask is Ask.EXPLICIT and not self._has_section
            if section.kind is Kind.BODY and ask is Ask.MODAL:
                continue
            why = ("outside-recommendation-section", ask.value)
            confidence = 0.6 if stands_alone else min(0.4, _CONFIDENCE[ask])
            yield from self._parted(
                Found(sentence, section.category, confidence, why, is_possible=not stands_alone)
            )

    def _rows(
        self, tables: Sequence[Sequence[Passage]], section: Section, where: str | None
    ) -> Iterator[Found]:
        """Read tables; outside a section only those whose header names both an action and an owner or date."""
        for table in tables:
            columns = _columns(table[0])
            roles = set(columns.values())
            if Role.ACTION not in roles or not (where or roles & {Role.OWNER, Role.DUE}):
                continue
            if where is None and not re.search("建議|action|recommend", table[0].text, re.IGNORECASE):
                continue
            for row in table[1:]:
                yield from _row(row, columns, section.category, where or "action-table")


def _row(row: Passage, columns: dict[int, Role], category: str | None, where: str) -> Iterator[Found]:
    cells = dict(enumerate(_cells(row)))
    action = next((cells.get(i) for i, role in columns.items() if role is Role.ACTION), None)
    if action is None or wording.says_nothing(action.text) or len(action.text) < 4:
        return
    owner = next((cells.get(i) for i, role in columns.items() if role is Role.OWNER), None)
    due = next((cells.get(i) for i, role in columns.items() if role is Role.DUE), None)
    yield Found(
        action,
        category,
        0.95,
        (where, "table-row"),
        owner=wording.owner_in_cell(owner.text) if owner else None,
        due=duedates.due_in_cell(due.text) if due else None,
        hints_are_given=bool({Role.OWNER, Role.DUE} & set(columns.values())),
    )


def _columns(header: Passage) -> dict[int, Role]:
    """Return what each column holds; of several that could hold the action the first counts."""
    columns: dict[int, Role] = {}
    for i, cell in enumerate(_cells(header)):
        role = wording.role_of_column(cell.text) if cell else None
        if role and role not in columns.values():
            columns[i] = role
    return columns


def _cells(row: Passage) -> list[Passage | None]:
    text = row.text
    mark = "|" if text.startswith("|") else "\t"
    marks = (i for i, c in enumerate(text) if c == mark and text[i - 1 : i] != "\\")
    bounds = list(islice(marks, _MOST_COLUMNS))
    if mark == "|":
        edges = list(zip(bounds, [*bounds[1:], len(text)], strict=True))
        edges = edges[:-1] if bounds[-1] == len(text) - 1 else edges
        return [row.part(begin + 1, end) for begin, end in edges]
    edges = list(zip([-1, *bounds], [*bounds, len(text)], strict=True))
    return [row.part(begin + 1, end) for begin, end in edges]


def _split_rows(paragraphs: Sequence[Passage]) -> tuple[list[Passage], list[list[Passage]]]:
    """Part the tables from the running paragraphs."""
    running: list[Passage] = []
    tables: list[list[Passage]] = []
    in_table = False
    for paragraph in paragraphs:
        if not is_table_row(paragraph.text):
            running.append(paragraph)
            in_table = False
        elif not _CELL_RULE.fullmatch(paragraph.text):
            if not in_table:
                tables.append([])
            tables[-1].append(paragraph)
            in_table = True
    return running, tables


def _sorted_by_role(paragraphs: Sequence[Passage]) -> tuple[list[Passage], str | None, DueHint | None, bool]:
    """Keep the paragraphs that belong to the item; read owner and date from those that only name them."""
    owner: str | None = None
    due: DueHint | None = None
    kept: list[Passage] = []
    roles = [_role(p) for p in paragraphs]
    has_action = Role.ACTION in roles
    for paragraph, role in zip(paragraphs, roles, strict=True):
        label = wording.label_before_colon(paragraph.text)
        value = paragraph.text[label[2] :] if label else ""
        if role is Role.OWNER:
            owner = owner or wording.owner_in_cell(value)
        elif role is Role.DUE:
            due = due or duedates.due_in_cell(value)
        elif role is Role.STATUS or (has_action and role is not Role.ACTION and not _follows(kept, role)):
            continue
        else:
            kept.append(paragraph)
    return kept, owner, due, has_action


def _follows(kept: Sequence[Passage], role: Role | None) -> bool:
    """Say whether an unlabelled paragraph goes on with an action that was begun."""
    return bool(kept) and role is None


def _without_label(passage: Passage) -> tuple[Passage | None, str | None]:
    """Take a topic label off a passage; a bold label is itself the action and stays."""
    label = wording.label_before_colon(passage.text)
    if label is None:
        return passage, None
    role, words, length, is_bold = label
    if role is Role.TOPIC and is_bold:
        return passage, None
    return passage.part(length, len(passage.text)), words if role is Role.TOPIC else None


def _role(passage: Passage) -> Role | None:
    label = wording.label_before_colon(passage.text)
    return label[0] if label else None


def _names_recommendation(passage: Passage) -> bool:
    label = wording.label_before_colon(passage.text)
    return label is not None and label[0] is Role.ACTION and _RECOMMENDS.search(label[1]) is not None


def _is_done(part: Part) -> bool:
    return "[x]" in part.label.lower()


def _shape(part: Part) -> str:
    return "bullet-item" if part.kind == "bullet" else "numbered-item"
