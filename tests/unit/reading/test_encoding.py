"""Texts in the encodings of Chinese offices come out as they went in; what cannot be told is refused."""

import codecs

import pytest

from tracker.foundation.errors import EncodingUnknown, FileTruncated
from tracker.reading.encoding import decode, is_wide

TRADITIONAL = (
    "赴哥本哈根考察電車機廠出國報告\r\n肆、心得及建議\r\n一、建議交通局於109年6月底前，先清洗電車再進廠；清洗所需的水，"
    "由環境保護局回收使用。\r\n二、民眾搭車的習慣與本市不同，短期內不宜更動票價。\r\n三、工務局宜每年檢討一次路面鋪設的工法。\r\n"
) * 3
SIMPLIFIED = (
    "关于赴丹麦考察有轨电车的报告\n一、建议交通局在明年六月底以前，先清洗电车再进厂。\n二、市民乘车的习惯与本市不同，"
    "短期内不宜调整票价。\n三、有关单位应当每年检查一次路面。\n"
) * 3
FORMS = (
    "出國報告提要\n計畫名稱：考察水岸整治\n服務機關：水利處\n姓名職稱：甲科員、乙技士\n前往國家：荷蘭\n"
    "附表１：里程（公里）　12.5　鹿特丹─臺夫特\n"
) * 3
BILINGUAL = (
    "Report on the visit to Aarhus\n\nWe recommend that the Depot (機廠) wash trams first. 建議先行清洗。\n"
    * 6
)
HONG_KONG = "赴香港考察後，建議在深水埗、大埔滘兩地的作法之外，也參考鰂魚涌的單車徑；啲意見已列入附錄。\n" * 4

WHOLE = 10_000


@pytest.mark.parametrize("length", [60, 600, WHOLE])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (text, encoding)
        for encodings, texts in (
            (
                ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"),
                (TRADITIONAL, SIMPLIFIED, FORMS, BILINGUAL, HONG_KONG),
            ),
            (("big5", "cp950", "big5hkscs"), (TRADITIONAL, FORMS, BILINGUAL)),
            (("gb2312", "gbk"), (SIMPLIFIED,)),
            (("big5hkscs",), (HONG_KONG,)),
        )
        for encoding in encodings
        for text in texts
    ],
)
def test_reads_back_what_was_written(text: str, encoding: str, length: int) -> None:
    """The first bytes of a file are read as the whole is; a cut character at their end is left away here."""
    data = text.encode(encoding)[:length]
    written = codecs.getincrementaldecoder(encoding)().decode(data)
    assert decode(_encoded(written, encoding)).lstrip("\ufeff") == written


def _encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding)


class TestMarks:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
    def test_byte_order_mark_stays(self, encoding: str) -> None:
        assert decode(("\ufeff" + FORMS).encode(encoding)) == "\ufeff" + FORMS

    def test_line_ends_stay(self) -> None:
        assert (
            decode("一、建議先清洗電車。\r\n甲\r乙\n".encode("cp950")) == "一、建議先清洗電車。\r\n甲\r乙\n"
        )

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
    def test_english_without_any_chinese_is_wide_too(self, encoding: str) -> None:
        assert is_wide("Wash trams first.".encode(encoding))
        assert decode("Wash trams first.".encode(encoding)).lstrip("\ufeff") == "Wash trams first."

    def test_data_with_zeros_is_not_wide(self) -> None:
        assert not is_wide(b"text\0with nul")


class TestWestern:
    def test_reads_curly_quotes_and_accents(self) -> None:
        text = "The agency\u2019s visit to the tram depot of Malm\u00f6 \u2013 a summary of what we saw."
        assert decode(text.encode("cp1252")) == text

    def test_refuses_letters_on_which_code_pages_disagree(self) -> None:
        with pytest.raises(EncodingUnknown):
            decode("A visit to Ko\u0161ice and to the tram depot of Plze\u0148, in short.".encode("cp1250"))


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            ("電車を先に洗うことを提案する。車両基地の見学について報告します。", "shift_jis"),
            ("電車を先に洗うことを提案する。車両基地の見学について報告します。", "euc_jp"),
            ("전차를 먼저 세척할 것을 제안한다. 차량 기지 견학 보고서.", "euc-kr"),
            ("Предлагаем сначала мыть трамваи.", "koi8-r"),
            ("Предлагаем сначала мыть трамваи.", "cp1251"),
            ("Προτείνουμε να πλένονται πρώτα τα τραμ.", "cp1253"),
        ],
        ids=lambda value: value if value.isascii() else "",
    )
    def test_never_guesses(self, text: str, encoding: str) -> None:
        with pytest.raises(EncodingUnknown):
            decode(text.encode(encoding))

    def test_private_characters_of_one_office(self) -> None:
        with pytest.raises(EncodingUnknown):
            decode(TRADITIONAL.encode("cp950") + b"\x81\x40")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp950", "gb18030"])
    def test_tells_a_file_cut_within_a_character(self, encoding: str) -> None:
        with pytest.raises(FileTruncated):
            decode(TRADITIONAL.strip().encode(encoding)[:-1])
