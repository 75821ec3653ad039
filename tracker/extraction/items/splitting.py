"""Several asks in one text: numbered inside the sentence, or one sentence after the other."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from tracker.extraction.items.found import Found, Proposals, Reader
from tracker.extraction.passage import Passage
from tracker.extraction.registry import rule
from tracker.extraction.wording.asks import Ask
from tracker.extraction.wording.imperatives import imperative
from tracker.extraction.wording.owners import owner_in
from tracker.extraction.wording.remarks import details_below
from tracker.extraction.wording.units import UNIT

_MOST_MARKS = 40
_MARK = re.compile(
    r"[(（]\s?(?P<number>\d{1,2}|[一二三四五六七八九十]|[a-h]|i{1,3}|iv|v)\s?[)）]\s*|(?P<circled>[①-⑨])\s*|(?P<is>[一二三四五六])(?:是|則|為)(?=[^，。]{4})"
)
_COUNTS = ("123456789", "一二三四五六七八九", "abcdefgh", "①②③④⑤⑥⑦⑧⑨")
_ROMAN = ("i", "ii", "iii", "iv", "v")
_STOP = re.compile(r"[。！]|(?<=[a-z)])\.(?=\s|$)")
_TAIL = re.compile(r"(?:[,，、;；]?\s*(?:and|or|以及|及|並|與))\s*$|\s+$")
_ADDRESSING = re.compile(
    rf"(?:^|[；，。])(?P<ask>(?<=[；。])(?:另|並|再)?(?:建議|建請|請)(?:{UNIT})|(?:^|(?<=，))(?:建議|建請|請)(?:{UNIT})(?=[^；]*；(?:另|並|再)?(?:建議|建請|請)))"
)
_NEXT = re.compile(
    r"(?:首先|其次|再者|再其次|再次|此外|另外?(?!一)|又|最後|末|第[一二三四五六]|其[一二三四五六])[，、,]?|(?:First|Second|Third|Fourth|Fifth|Finally|Lastly|In addition|Also)(?:ly)?,|We (?:will|are)|Our \w+ will"
)
# What the asked say to it.
_ANSWERS = re.compile(r"\b(?:concurred|did not concur|agreed with|accepted|disagreed)\b")
_GOES_ON = re.compile(
    r"^(?:並|且|俾|以(?=利|免|便|求|期|及|達|供|此)|如此|同時|其(?!次|他|餘)|該|亦|藉此|藉以|使|避免|首年|惟|但|另外並|此舉|這|上述|前述|由於|因為|讓|至於|若|如(?!何)|"
    r"This|These|It |They|Doing so|Such|That|In doing so|As a result|The latter|Otherwise)"
)


@rule
def numbered_in_sentence(found: Found) -> Proposals:
    r"""Asks that are numbered inside a sentence; what stands before the first number is part of none.

    >>> quotes("四、建議\n宜（1）增設候車亭；（2）公布班次。", "numbered-in-sentence")
    ['增設候車亭；', '公布班次。']
    >>> quotes("四、建議\n宜增設設施，包括（1）候車亭；（2）站牌。", "numbered-in-sentence")
    []
    """
    text = found.passage.text
    marks = _counted(list(islice(_MARK.finditer(text), _MOST_MARKS)))
    if len(marks) < 2 or details_below(text[: marks[0].start()]):
        yield found
        return
    owner = found.owner or owner_in(text[: marks[0].start()]) or owner_in(text[: marks[0].start()] + "to act")
    ends = [mark.start() for mark in marks[1:]] + [_end_of_last(text, marks[-1].end())]
    for mark, end in zip(marks, ends, strict=True):
        tail = _TAIL.search(text[mark.end() : end])
        passage = found.passage.part(mark.end(), mark.end() + tail.start() if tail else end)
        if passage:
            yield replace(found, passage=passage, why=(*found.why, "numbered-in-sentence"), owner=owner)


def asks_apart(paragraph: Passage, reader: Reader) -> list[Passage]:
    """Part a paragraph into its asks: each begins anew, and takes the sentences that go on with it.

    One ask, or none, leaves the paragraph whole.
    """
    sentences = list(paragraph.sentences())
    strict = replace(reader, anyone=False)
    begins = [
        i
        for i, s in enumerate(sentences)
        if (strict.asks(s) and begins_anew(s.text)) or _comes_next(s, reader)
    ]
    if len(begins) < 2:
        return [paragraph]
    answer = next((i for i, s in enumerate(sentences) if i > begins[-1] and _ANSWERS.search(s.text)), None)
    ends = [*begins[1:], answer or len(sentences)]
    return [
        p for begin, end in zip(begins, ends, strict=True) if (p := _joined(paragraph, sentences[begin:end]))
    ]


@rule
def counted_asks(paragraph: Passage, reader: Reader) -> list[Passage]:
    r"""Sentences that count on, First and Second, 首先 and 其次, are asks together where one of them asks outright.

    >>> quotes("Trip\nThree things follow. First, we recommend a map. Second, the gate should be mended.\n", "explicit-ask")
    ['First, we recommend a map.']
    >>> quotes("Trip\nThree things follow. First, we recommend a map. Second, the gate should be mended.\n", "counted-asks")
    ['First, we recommend a map.', 'Second, the gate should be mended.']
    """
    listener = replace(reader, anyone=True)
    counted = [s for s in paragraph.sentences() if _comes_next(s, listener)]
    outright = any(reader.ask(s) is Ask.EXPLICIT for s in counted)
    return counted if len(counted) > 1 and outright else []


def _comes_next(sentence: Passage, reader: Reader) -> bool:
    """Say whether a sentence counts on, 其次 or Second, and asks or says what is to be done."""
    mark = _NEXT.match(sentence.text)
    return mark is not None and (reader.asks(sentence) or imperative(sentence.text[mark.end() :].lstrip()))


@rule
def several_addressees(passage: Passage) -> list[Passage]:
    """One sentence that turns to one unit after the other, with a semicolon between them, holds an ask for each.

    >>> from tracker.extraction.passage import Line, joined
    >>> text = "請教育局分送教材；請資訊局架設平臺；另請主計處編列經費。"
    >>> [ask.text for ask in several_addressees(joined([Line(0, text)]))]
    ['請教育局分送教材；', '請資訊局架設平臺；', '另請主計處編列經費。']
    """
    begins = [match.start("ask") for match in _ADDRESSING.finditer(passage.text)]
    if len(begins) < 2:
        return [passage]
    ends = [*begins[1:], len(passage.text)]
    return [piece for begin, end in zip(begins, ends, strict=True) if (piece := passage.part(begin, end))]


@rule
def begins_anew(sentence: str) -> bool:
    """A sentence that asks for something else than the sentence before it.

    >>> begins_anew("建議交通局增設候車亭。"), begins_anew("並應公布班次。")
    (True, False)
    """
    return not _GOES_ON.match(sentence)


def _joined(paragraph: Passage, sentences: Sequence[Passage]) -> Passage | None:
    begin = _index(paragraph, sentences[0].start)
    end = _index(paragraph, sentences[-1].end - 1) + 1
    return paragraph.part(begin, end)


def _index(passage: Passage, offset: int) -> int:
    """Return the index at which a document offset lies in a passage."""
    pieces = [(start, at) for start, at in zip(passage.starts, passage.offsets, strict=True) if at <= offset]
    start, at = pieces[-1]
    return start + offset - at


def _counted(marks: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """Return the marks of the first count that runs 1, 2, 3 in one kind of number."""
    for series in (*_COUNTS, _ROMAN):
        run: list[re.Match[str]] = []
        for mark in marks:
            written = mark["number"] or mark["circled"] or mark["is"]
            if len(run) < len(series) and written == series[len(run)]:
                run.append(mark)
        if len(run) > 1:
            return run
    return []


def _end_of_last(text: str, begin: int) -> int:
    stop = _STOP.search(text, begin)
    return stop.end() if stop else len(text)
