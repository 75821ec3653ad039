"""Hostile plain text and web pages: what decoders, line readers, outlines and patterns might stumble over."""

import base64
from typing import Final

from tests.support.hostile_cases import (
    ASCII_SENTENCE,
    HTML,
    LINES,
    ONLY_READ,
    REPORT,
    SENTENCE,
    Case,
    Cases,
    read_or,
    refused,
)
from tracker.foundation.errors import (
    EncodingUnknown,
    FileEmpty,
    FileTooLarge,
    FileTruncated,
    FormatNotSupported,
    ReadingTookTooLong,
    TextMissing,
)

_UTF16_MARK: Final = b"\xff\xfe"
_MANY = 100_000
EICAR: Final = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_UNREADABLE = refused(EncodingUnknown, FileTruncated, FormatNotSupported)


def broken_encodings() -> Cases:
    """Bytes that no encoding holds whole: cut characters, overlong forms, halves of pairs, mixtures."""
    utf8, big5, wide = REPORT.encode(), REPORT.encode("cp950"), REPORT.encode("utf-16-le")
    for cut in (1, 2):
        yield Case(f"utf8-cut-{cut}.txt", SENTENCE.encode()[:-cut], refused(FileTruncated))
        yield Case(f"utf8-cut-{cut}.html", HTML.split("。".encode())[0][:-cut], refused(FileTruncated))
    yield Case("utf16-cut.txt", _UTF16_MARK + wide[:-1], refused(FileTruncated))
    yield Case("utf16-without-mark-cut.txt", wide[:-1], _UNREADABLE)
    yield Case("utf16-big-cut.txt", b"\xfe\xff" + REPORT.encode("utf-16-be")[:-1], refused(FileTruncated))
    yield Case("utf16-cut-pair.txt", _UTF16_MARK + wide + "𠀀".encode("utf-16-le")[:2], _UNREADABLE)
    yield Case("utf32-cut.txt", b"\xff\xfe\0\0" + REPORT.encode("utf-32-le")[:-3], refused(FileTruncated))
    yield Case("big5-cut.txt", big5[: big5.rindex("次".encode("cp950")) + 1], refused(FileTruncated))
    yield Case("lone-high-surrogate.txt", _UTF16_MARK + wide + b"\x00\xd8A\0", _UNREADABLE)
    yield Case("lone-low-surrogate.txt", _UTF16_MARK + wide + b"\x00\xdcA\0", _UNREADABLE)
    yield Case("surrogate-in-utf8.txt", utf8 + b"\xed\xa0\x80" + utf8, _UNREADABLE)
    yield Case("overlong-utf8.txt", utf8 + b"\xc0\xae\xc0\xaf" * 50, _UNREADABLE)
    yield Case("beyond-unicode.txt", utf8 + b"\xf7\xbf\xbf\xbf" + utf8, _UNREADABLE)
    yield Case("utf8-then-big5.txt", utf8 + big5, _UNREADABLE)
    yield Case("utf8-then-utf16.txt", utf8 + wide, _UNREADABLE)
    yield Case("mark-of-utf8-before-big5.txt", b"\xef\xbb\xbf" + big5, _UNREADABLE)
    yield Case("mark-of-utf16-before-utf8.txt", _UTF16_MARK + utf8, _UNREADABLE)
    yield Case("mark-only.txt", b"\xef\xbb\xbf", refused(TextMissing))
    yield Case("mark-only-utf16.txt", _UTF16_MARK, refused(TextMissing))
    yield Case("korean.txt", ("건의 사항을 보고합니다. " * 40).encode("euc-kr"), refused(EncodingUnknown))
    yield Case("ebcdic.txt", ASCII_SENTENCE.encode("cp037") * 20, _UNREADABLE)
    yield Case("utf7.txt", REPORT.encode("utf-7"))


def odd_characters() -> Cases:
    """Text with characters that terminals, logs or pages might take for orders."""
    parts = {
        "right-to-left-overrides": "\u202e\u2066報告\u2069\u202c\n",
        "ansi-escapes": "\x1b[2J\x1b]0;title\x07\n\x1b[31m",
        "form-feeds": "\f" * 2000 + "\n",
        "zero-width": "\u200b\u200d\u2060" * 2000 + "\n",
        "combining-marks": "e" + "\u0301" * 50_000 + "\n",
        "line-separators": "\u2028\u2029\x85\x0b" * 5000 + "\n",
        "only-carriage-returns": "甲\r" * 20_000 + "\n",
        "private-use": "\ue000\uf8ff" * 1000 + "\n",
        "non-characters": "\ufffe\uffff\U0010ffff" * 1000 + "\n",
        "tags-and-emoji": "\U000e0041👩‍👩‍👧‍👦" * 2000 + "\n",
        "html-and-scripts": "<script>alert(1)</script>{{7*7}}${7*7}\n",
        "formulas": '=cmd|" /C calc"!A0\n@SUM(1)\n',
        "header-injection": "服務機關：交通局\r\nBcc: nobody@example.test\r\n",
    }
    for name, text in parts.items():
        yield Case(f"{name}.txt", (text + REPORT).encode(), read_or(FormatNotSupported), SENTENCE)
    yield Case("nul-in-utf8.txt", REPORT.encode() + b"\0" + REPORT.encode(), _UNREADABLE)
    yield Case("nul-in-ascii.txt", ASCII_SENTENCE.encode() + b"\0", _UNREADABLE)
    yield Case("nothing-but-nul.txt", b"\0" * 5000, _UNREADABLE)
    yield Case("nothing-but-blanks.txt", b" \t\r\n" * 20_000, refused(TextMissing))
    yield Case("nothing-but-wide-blanks.txt", "　\n".encode() * 20_000, refused(TextMissing))
    yield Case("bells.txt", b"\x07" * 5000, _UNREADABLE)


def giant_texts() -> Cases:
    """Texts near and past the limit, and lines without an end."""
    late = read_or(ReadingTookTooLong, FileTooLarge)
    yield Case("past-the-limit.txt", lambda: b"a" * (50 * 2**20 + 1), refused(FileTooLarge))
    yield Case("one-line-of-50-megabytes.txt", lambda: b"a" * (50 * 2**20), late)
    yield Case("one-line-of-5-megabytes.txt", ("交通" * 800_000 + SENTENCE).encode, late, SENTENCE)
    yield Case("million-blank-lines.txt", (REPORT + "\n" * 1_000_000).encode, late, SENTENCE)
    yield Case("million-short-lines.txt", (REPORT + "甲\n" * 1_000_000).encode, late, SENTENCE)
    yield Case("million-page-numbers.txt", (REPORT + "12\n" * 500_000).encode, late, SENTENCE)
    yield Case(
        "hundred-thousand-items.txt",
        (REPORT + "".join(f"（{n}）建議增設座椅。\n" for n in range(_MANY))).encode,
        late,
        SENTENCE,
    )
    yield Case("blanks-without-end.txt", (REPORT + " " * 5_000_000 + "x").encode, late, SENTENCE)
    yield Case("wide-blanks-without-end.txt", (REPORT + "　" * 500_000 + "x").encode, late, SENTENCE)


def bombs_for_patterns() -> Cases:
    """Repetitions that make a careless pattern try every way there is."""
    units = {
        "open-brackets": "（",
        "open-items": "（一",
        "items": "（一）",
        "decimal-chain": "1.",
        "chinese-chain": "一、",
        "chapter-chain": "第一章",
        "suggest-chain": "建議",
        "request-chain": "建請",
        "should-chain": "應",
        "semicolons": "；",
        "quotes": "「",
        "days": "109年",
        "digits": "1",
        "roc-digits": "一〇九",
        "offices": "局",
        "agency-chain": "臺北市政府",
        "dots": ".",
        "leaders": "…",
        "dashes": "-",
        "pipes": "|",
        "tabs": "\t",
        "colons": "：",
        "english-should": "should ",
        "english-recommend": "We recommend that ",
        "due": "年底前",
        "stars": "*",
        "hashes": "#",
    }
    for name, unit in units.items():
        text = REPORT + unit * (300_000 // len(unit.encode())) + "x\n"
        yield Case(f"{name}.txt", text.encode(), ONLY_READ, SENTENCE)
    for name in ("open-items", "suggest-chain", "decimal-chain", "pipes"):
        text = REPORT + (units[name] * 20 + "\n") * 3000
        yield Case(f"{name}-by-line.md", text.encode(), ONLY_READ, SENTENCE)


def viruses() -> Cases:
    """The test file of virus scanners, which is no virus: a report that quotes it is read as any other."""
    yield Case("eicar.txt", EICAR.encode(), ONLY_READ)
    yield Case("eicar-in-report.txt", (REPORT + EICAR).encode(), ONLY_READ, SENTENCE)
    yield Case(
        "eicar-in-report.html", HTML.replace(b"</body>", EICAR.encode() + b"</body>"), ONLY_READ, SENTENCE
    )


def hostile_pages() -> Cases:
    """Web pages that nest, count, span or lie without measure."""
    late = read_or(ReadingTookTooLong, FileTooLarge)
    for name, inside in _PAGES.items():
        yield Case(f"{name}.html", _page(inside), late, SENTENCE)
    yield Case("nested-100k.html", lambda: _page("<div>" * _MANY + "深" + "</div>" * _MANY), late, SENTENCE)
    yield Case("unclosed-100k.html", lambda: _page("<b><i><p>" * _MANY), late, SENTENCE)
    yield Case("nested-lists-20k.html", lambda: _page("<ol><li>甲" * 20_000), late, SENTENCE)
    yield Case("nested-tables-5k.html", lambda: _page("<table><tr><td>" * 5_000), late, SENTENCE)
    yield Case("million-items.html", lambda: _page("<ol>" + "<li>甲" * 1_000_000 + "</ol>"), late, SENTENCE)
    yield Case("million-breaks.html", lambda: _page("<br>" * 1_000_000), late, SENTENCE)
    yield Case(
        "wide-table.html", lambda: _page("<table><tr>" + "<td>甲" * _MANY + "</table>"), late, SENTENCE
    )
    yield Case("no-body.html", b"<html><head><title>x</title></head></html>", refused(TextMissing))
    yield Case(
        "only-scripts.html", b"<html><body><script>var a='text'</script></body></html>", refused(TextMissing)
    )
    yield Case(
        "only-hidden.html",
        b"<html><body><p style='display:none'>text</p></body></html>",
        refused(TextMissing),
    )
    yield Case(
        "only-frames.html",
        b"<html><frameset><frame src='file:///etc/passwd'></frameset></html>",
        refused(TextMissing),
    )
    yield Case("only-comment.html", b"<html><body><!-- " + b"-" * 500_000, refused(FileTruncated))
    yield Case(
        "frames-of-others.html", _page('<iframe src="file:///etc/passwd"></iframe>'), ONLY_READ, SENTENCE
    )
    for charset in (
        "utf-7",
        "bogus",
        "utf-16",
        "x-user-defined",
        "hz-gb-2312",
        "rot13",
        "base64",
        "idna",
        "a" * 500,
    ):
        meta = f'<html><head><meta charset="{charset}"></head><body>'
        page = (meta + "".join(f"<p>{line}</p>" for line in LINES) + "</body></html>").encode()
        yield Case(f"charset-{charset[:14]}.html", page, ONLY_READ, SENTENCE)
    as_big5 = b'<html><meta charset="gb2312"><body>' + REPORT.encode("cp950") + b"</body>"
    yield Case("charset-lies.html", as_big5, read_or(EncodingUnknown), SENTENCE)
    yield Case("nul-in-page.html", HTML.replace(b"<p>", b"<p>\0"), refused(FormatNotSupported))


def _page(inside: str) -> bytes:
    return HTML.replace(b"</body>", inside.encode() + b"</body>")


_PAGES: Final = {
    "start-of-list": f'<ol start="{10**30}"><li>甲<li value="-{10**40}">乙<li value="x">丙</ol>',
    "list-in-roman": f'<ol type="I" start="{10**18}"><li>甲</ol>',
    "list-in-letters": f'<ol type="a" start="{10**12}"><li>甲</ol>',
    "list-with-bogus-marker": '<ol style="list-style-type:javascript"><li>甲</ol><ol type="\U0001f600"><li>乙</ol>',
    "colspan": '<table><tr><td colspan="1000000000" rowspan="1000000000">甲<td>乙</table>',
    "rowspans": "<table>"
    "<tr>" + '<td rowspan="65000" colspan="1000">甲' * 200 + "<tr><td>乙" * 500 + "</table>",
    "colspan-of-letters": '<table><tr><td colspan="x" rowspan="-1">甲</table>',
    "font-size": f'<p style="font-size:{"9" * 400}pt">甲</p><p style="font-size:1{"0" * 400}px">乙</p>',
    "data-addresses": f'<img src="data:image/png;base64,{base64.b64encode(b"x" * 300_000).decode()}">',
    "huge-attribute": f'<p title="{"x" * 2_000_000}" style="{"a:b;" * 200_000}">甲</p>',
    "many-attributes": f"<p {' '.join(f'a{n}=1' for n in range(50_000))}>甲</p>",
    "script-that-looks-like-text": f"<script>{SENTENCE}</script><noscript>無</noscript><template>樣</template>",
    "style-that-looks-like-text": "<style>p{content:'建議'}</style><svg><text>圖</text></svg><math><mi>x</mi></math>",
    "handlers": "<p onclick='alert(1)' onload=alert(1)><a href='javascript:alert(1)'>甲</a></p>",
    "entities": "&lol;&#x110000;&#0;&#xD800;&" + "a" * 100_000 + ";&amp;" * 50_000,
    "comments": "<!--" * 100_000 + "-->",
    "cdata-and-processing": "<![CDATA[ x ]]><?php echo 1 ?><!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
    "wrong-nesting": "<table><p><b></table></p><li></b></ol><td></tr></html><p>後" * 500,
    "refresh-and-base": '<meta http-equiv="refresh" content="0;url=http://example.test/"><base href="http://example.test/">',
    "forms": "<form action=http://example.test/><input value=x><textarea>甲</textarea><select><option>乙</select>",
}


def one_byte_files(suffix: str) -> Cases:
    """Nothing at all, and next to nothing."""
    yield Case(f"nothing.{suffix}", b"", refused(FileEmpty))
    for byte in (b"\0", b"\n", b"P", b"%", b"<"):
        harmless = suffix in {"txt", "md"} and byte in b"P%<"
        wrong = refused(FileTruncated, FormatNotSupported, TextMissing, EncodingUnknown)
        yield Case(f"one-byte-{byte.hex()}.{suffix}", byte, ONLY_READ if harmless else wrong)
