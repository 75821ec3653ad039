"""The fields of a cover, by the words before their colon."""

import re
from collections.abc import Callable
from enum import StrEnum

from tracker.extraction.registry import rule


class Field(StrEnum):
    """A line of the cover, by what it holds."""

    TITLE = "title"
    PLAN = "plan"
    AGENCY = "agency"
    PEOPLE = "people"
    JOB = "job"
    DESTINATION = "destination"
    PERIOD = "period"
    RETURN = "return"
    REPORT_DATE = "report_date"
    CATEGORY = "category"
    OTHER = "other"


_TITLE = re.compile(
    r"(?:出國|考察|參訪|研習)?報告(?:書)?(?:名稱|題目|主題|書名)|題目|題名|(?:考察|研究|報告|參訪|出國)?主題|(?:report )?title|subject|re",
    re.IGNORECASE,
)
_PLAN = re.compile(r"(?:出國)?計畫名稱|(?:programme|project)(?: title| name)?", re.IGNORECASE)
_AGENCY = re.compile(
    r"(?:服務|報告|派遣|派員|派出|出國計畫主辦|出國(?:人員)?(?:服務)?|計畫主辦|主辦|提報|編製|提出|撰寫|執行|所屬|填報|出國人員所屬)(?:機關|單位|學校)(?:名稱)?(?:（全銜）|\(全銜\))?|"
    r"機關(?:名稱)?|服務機關/?單位|服務機關及單位|"
    r"(?:issuing |reporting |home |parent |sending |responsible |employing )?(?:agency|body|council|employer|organi[sz]ation|institution|"
    r"authority|department|office)|issued by|published by|from|submitted by|commissioned by|prepared for",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"姓名[、/及／]?職稱|職稱[、/及／]?姓名|(?:出國|參加|考察|參訪|與會|訪問|報告|撰寫|研習|出席|代表|受訓|進修|研究|"
    r"團隊|參與|隨行|派赴|奉派|提報|參訓|受訪)人員?(?:[、/及／]?(?:姓名|職稱|職務|服務(?:單位|機關)|單位))*(?:（[^）]*）|\([^)]*\))?|(?:報告|撰寫|提報|撰稿|出席|參加|研習)人|(?:考察|參訪|訪問|研習|代表)?團(?:員|成員)(?:名單|名冊)?|帶隊人員|帶隊老師|團長|副團長|領隊|隨員|出國人|(?:服務)?(?:機關|單位)[、/／及]職稱[、/／及]姓名|姓名|團員(?:名單)?|成員|領隊及團員|代表團(?:成員|員)?|"
    r"(?:members? of the )?delegation(?: members?)?|delegates?|participants?|travell?ers?|members|attendees|team(?: members)?|"
    r"visitors|names?|party|members of (?:the )?party|those (?:attending|travelling)|prepared by|(?:report )?authors?|written by|travelling party|who travelled|accompanying staff|staff",
    re.IGNORECASE,
)
_JOB = re.compile(r"職稱|職務|職別|job title|position|title and position|role|rank|post", re.IGNORECASE)
_DESTINATION = re.compile(
    r"(?:派赴|前往|出國|參訪|考察|訪問|目的|出訪|赴訪|研習|進修|派往)(?:國家|地區|地點|國|國別|城市)(?:[/、及或／]?(?:地區|"
    r"城市|國家|地點))?|(?:會議|研習|舉辦)?地點|國家(?:[/、／]地區)?|目的地|"
    r"destinations?(?: visited)?|(?:host )?countr(?:y|ies)(?: visited)?|(?:places?|cit(?:y|ies))(?: visited)?|locations?|venue|visited|where",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"(?:出國|參訪|考察|訪問|會議|實習|進修|研習|研究|行程|旅程|出訪|派赴)?(?:期間|起訖(?:日期|日|時間)?|"
    r"起迄(?:日期|日|時間)?)|(?:出國|參訪|考察|訪問|出訪|會議|研習)(?:日期|時間)|"
    r"(?:(?:travel|trip|visit|mission|study|tour|course) (?:dates?|period)|dates|period)(?: of (?:travel|visit|trip|"
    r"mission|stay))?|dates? of (?:the )?(?:travel|visit|trip|mission|stay)|travelled|when|period covered|(?:date of )?departure(?: date)?|departed",
    re.IGNORECASE,
)
_RETURN = re.compile(
    r"(?:返國|回國|返抵國門|返程)(?:日期|日|時間)?|(?:date of )?return(?: date)?|returned", re.IGNORECASE
)
_REPORT_DATE = re.compile(
    r"(?:報告|提出|撰寫|繳交|完成|提交|提送|製作|填報|填表|提報|發布|出版|送出|陳報)(?:報告)?(?:日期|時間)|報告(?:提出|撰寫|完成|繳交)(?:日期|時間)|日期|report(?:ed)? (?:date|on)|"
    r"date of (?:this |the )?(?:report|submission|issue|publication)|(?:final |draft )?(?:report )?issued(?: on)?|date issued|published(?: on)?|"
    r"publication date|submitted(?: on)?|submission date|date|dated|(?:date |report )submitted",
    re.IGNORECASE,
)
_CATEGORY = re.compile(
    r"(?:出國|報告|考察|計畫|任務|公務){0,2}(?:類別|類型|性質)|出國(?:性質|目的類別|任務類別|類型)|(?:trip |report |visit |travel )?(?:purpose )?(?:category|class|kind|"
    r"type)|type of (?:visit|trip|travel|report)",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"關鍵[詞字]|聯絡(?:人|電話|資訊)|電話|電子(?:信箱|郵件)|(?:報告書)?頁數|附件|含附件|系統識別號|公開與否|參訪機關|參訪單位|受訪單位|接待單位|"
    r"分類號|內容摘要|摘要|主題分類|施政分類|專責單位|密等|備註|經費(?:來源)?|主持人|審核意見|"
    r"keywords?|contact|status|severity|duration|date of (?:incident|event|accident)|incident date|version|pages|summary|abstract|purpose|hosts?|"
    r"budget|funding|to|cc|copy|report (?:no\.?|number)|reference|file",
    re.IGNORECASE,
)


def field_of(key: str) -> Field | None:
    """Say what the words before a colon announce, None when they are no field of a cover."""
    return next((field for field, announces in _FIELDS if announces(key)), None)


@rule
def title_field(key: str) -> bool:
    """The title of the report.

    >>> title_field("報告名稱"), title_field("Title"), title_field("職稱")
    (True, True, False)
    """
    return bool(_TITLE.fullmatch(key))


@rule
def plan_field(key: str) -> bool:
    """The plan under which the trip was made, which stands for the title where no field names one.

    >>> plan_field("計畫名稱"), plan_field("計畫主辦機關")
    (True, False)
    """
    return bool(_PLAN.fullmatch(key))


@rule
def agency_field(key: str) -> bool:
    """The agency of the authors.

    >>> agency_field("服務機關"), agency_field("Agency"), agency_field("參訪機關")
    (True, True, False)
    """
    return bool(_AGENCY.fullmatch(key))


@rule
def people_field(key: str) -> bool:
    """Those who travelled.

    >>> people_field("出國人員"), people_field("Delegation"), people_field("派赴國家")
    (True, True, False)
    """
    return bool(_PEOPLE.fullmatch(key))


@rule
def job_field(key: str) -> bool:
    """Job titles of those who travelled.

    >>> job_field("職稱"), job_field("Position"), job_field("姓名")
    (True, True, False)
    """
    return bool(_JOB.fullmatch(key))


@rule
def destination_field(key: str) -> bool:
    """The destination.

    >>> destination_field("派赴國家"), destination_field("Destination"), destination_field("服務機關")
    (True, True, False)
    """
    return bool(_DESTINATION.fullmatch(key))


@rule
def period_field(key: str) -> bool:
    """The days of the trip.

    >>> period_field("出國期間"), period_field("Travel dates"), period_field("報告日期")
    (True, True, False)
    """
    return bool(_PERIOD.fullmatch(key))


@rule
def return_field(key: str) -> bool:
    """The day of the return.

    >>> return_field("返國日期"), return_field("Return"), return_field("出國日期")
    (True, True, False)
    """
    return bool(_RETURN.fullmatch(key))


@rule
def report_date_field(key: str) -> bool:
    """The day of the report.

    >>> report_date_field("報告日期"), report_date_field("Date of report"), report_date_field("出國期間")
    (True, True, False)
    """
    return bool(_REPORT_DATE.fullmatch(key))


@rule
def category_field(key: str) -> bool:
    """The category of the trip.

    >>> category_field("出國類別"), category_field("Trip type"), category_field("報告日期")
    (True, True, False)
    """
    return bool(_CATEGORY.fullmatch(key))


@rule
def other_field(key: str) -> bool:
    """What a cover tells besides.

    >>> other_field("關鍵詞"), other_field("Keywords"), other_field("報告日期")
    (True, True, False)
    """
    return bool(_OTHER.fullmatch(key))


_FIELDS: tuple[tuple[Field, Callable[[str], bool]], ...] = (
    (Field.TITLE, title_field),
    (Field.PLAN, plan_field),
    (Field.AGENCY, agency_field),
    (Field.PEOPLE, people_field),
    (Field.JOB, job_field),
    (Field.DESTINATION, destination_field),
    (Field.PERIOD, period_field),
    (Field.RETURN, return_field),
    (Field.REPORT_DATE, report_date_field),
    (Field.CATEGORY, category_field),
    (Field.OTHER, other_field),
)
