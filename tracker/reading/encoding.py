"""Bytes of a text file to its text, in the encodings that Chinese offices have used."""

import codecs
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from tracker.foundation.errors import EncodingUnknown, FileTruncated

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The code page comes before its Hong Kong extension, which reads the same bytes with a few characters more.
_CHINESE: Final = ("cp950", "big5hkscs", "gb18030")
_WIDE: Final = ("utf-16-le", "utf-16-be")

_IMPOSSIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x19\x1c-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufffe\uffff\U000f0000-\U0010ffff]"
)
_SUSPECT: Final = re.compile("[\ufffd\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")
_SAMPLE: Final = 64 * 1024
_LEAST_SHARE: Final = 0.2
# One lucky character among four is no proof: so many uncommon ones are thought to every text.
_DOUBT: Final = 3
_LEAST_ASCII: Final = 0.9
# Of any ten ideographs of a real text about five are common ones, of ideographs taken by chance one in thirty.
_LEAST_COMMON: Final = 0.08
_FEWEST_ODD: Final = 40

# The commonest characters of running text in both scripts and some official ones. Bytes read in a wrong encoding
# give characters that nobody uses; among any ten characters of a real text stand several of these.
_PUNCTUATION: Final = frozenset(
    "　，。、；：？！「」『』（）《》〈〉・．－—…～‘’“”–　０１２３４５６７８９％／"
)
_COMMON: Final = _PUNCTUATION | frozenset(
    "的一是不了在人有我他這这個个上們们來来到時时大地為为子中你說说生國国年著就那和要她出也得裡里後后自以會会家可下而過过天去能對对"
    "小多然於于心學学之都好看起發发當当沒没成只如事把還还用第樣样道想作種种開开美總总從从無无情己面最女但現现前些所同日手又行意動动"
    "方期它頭头經经長长兒儿回位分愛爱老因很給给名法間间斯知世什兩两次使身者被高已親亲其進进此話话常與与活正感見见明問问力理爾尔點点"
    "文幾几定本公特做外孩相西果走將将月十實实向聲声車车全信重三機机工物氣气每並并別别真打太新比才便夫再書书部水像眼等體体卻却加電电"
    "主界門门利海受聽听表德少克代員员許许先口由死安寫写性馬马光白或住難难望教命花結结樂乐色更拉東东神記记處处讓让母父應应直字場场平"
    "報报友關关放至張张認认接告入笑內内英軍军候民歲岁往何度山覺觉路帶带萬万男邊边風风解叫任金快原吃媽妈變变通師师立象數数四失滿满戰"
    "战遠远士音輕轻目條条呢建議议市政府局考察參参訪访交通計计畫划案檢检討讨推辦办及各項项應設设提供辦業业務务機關系統统管制度資资訊讯"
    "臺台北高雄桃園园城智慧都環环境保護护規规劃單单位研究習习合作專专際际會辦理未來年月日二五六七八九零〇百千甲乙丙壹貳參以上策略服務"
)


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16, UTF-32, Big5 (CP950, HKSCS) or GB18030, else of a Western code page.

    A byte order mark and the line ends stay, so that offsets are those of the decoded file. Raises FileTruncated for
    a file that ends within a character and EncodingUnknown rather than guess wrongly.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _surely(data, encoding)
    if b"\0" not in data:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            if _is_cut(error, data) and error.start > 0:
                raise FileTruncated from error
    return _legacy(data)


def is_wide(data: bytes) -> bool:
    """Tell text in UTF-16 or UTF-32, which holds bytes of zero, from data that is no text."""
    if data.startswith(tuple(mark for mark, _ in _MARKS)):
        return True
    sample = data[: _SAMPLE - _SAMPLE % 2]
    return any(_share(text) > 0 for text in _readings(sample, _WIDE))


def is_garbled(text: str) -> bool:
    """Tell characters that stand for others from words: private and unassigned ones, and Chinese that nobody writes."""
    sample = text[:_SAMPLE]
    odd = _IMPOSSIBLE.findall(sample) + _SUSPECT.findall(sample)
    if len(odd) < max(_FEWEST_ODD, _LEAST_SHARE * len(sample)):
        return False
    return sum(character in _COMMON for character in odd) < _LEAST_COMMON * len(odd)


def _surely(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileTruncated if _is_cut(error, data) else EncodingUnknown from error
    if encoding in _WIDE and is_garbled(text):
        # Two bytes at the beginning are weaker evidence than everything that follows.
        raise EncodingUnknown
    return text


def _is_cut(error: UnicodeDecodeError, data: bytes) -> bool:
    return error.end == len(data) and error.reason in _CUT


_CUT: Final = frozenset({"unexpected end of data", "truncated data", "incomplete multibyte sequence"})


def _legacy(data: bytes) -> str:
    encodings = (*_CHINESE, *_WIDE) if len(data) % 2 == 0 else _CHINESE
    best = max(_readings(data, encodings), key=_share, default="")
    if _share(best) >= _LEAST_SHARE:
        return best
    western = _western(data)
    if western is None:
        raise EncodingUnknown
    return western


def _readings(data: bytes, encodings: tuple[str, ...]) -> Iterator[str]:
    for encoding in encodings:
        try:
            yield data.decode(encoding)
        except UnicodeDecodeError as error:
            if _is_cut(error, data) and _share(data[: error.start].decode(encoding)) >= _LEAST_SHARE:
                raise FileTruncated from error


def _share(text: str) -> float:
    """Return the part of the characters beyond ASCII that are common ones; 0 for what is no text at all."""
    if not text or _IMPOSSIBLE.search(text):
        return 0
    beyond = [match[0] for match in islice(_BEYOND_ASCII.finditer(text), _SAMPLE)]
    # The standards of Japan, Korea and China share their punctuation: it tells only where nothing else does.
    evidence = [character for character in beyond if character not in _PUNCTUATION] or beyond
    if not evidence:
        return 1
    return sum(character in _COMMON for character in evidence) / (len(evidence) + _DOUBT)


def _western(data: bytes) -> str | None:
    """Return mostly ASCII text with accents and curly quotes on which Western and Central European code pages agree."""
    if len(data.translate(None, _HIGH)) < _LEAST_ASCII * len(data) or b"\0" in data:
        return None
    try:
        text = data.decode("cp1252")
        return text if text == data.decode("cp1250") else None
    except UnicodeDecodeError:
        return None


_HIGH: Final = bytes(range(0x80, 0x100))
