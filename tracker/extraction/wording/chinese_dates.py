"""Due dates in Chinese words, a rule for each way of writing them.

Frequencies (每半年) and durations (試辦六個月) are no due dates; 下年度 is one without a certain day.
"""

import re
from collections.abc import Iterator

from tracker.extraction.registry import rule

Matches = Iterator[re.Match[str]]

SEASON = "汛期|暑假|寒假|開學|雨季|颱風季|春節|年節|花季|旺季|農曆年|春季|夏季|秋季|冬季"
_YEAR = r"(?<![\d每])(?P<year>(?:民國\s?)?(?:\d{4}|\d{2,3}|[〇零○一二三四五六七八九十百]{2,5}))\s?年"
_MONTH = r"(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3})\s?月"
_DAY = r"(?P<day>\d{1,2}|[一二三四五六七八九十廿卅]{1,3})\s?[日號]"
_COUNT = r"(?:\d{1,2}|[一二三四五六七八九十半兩]{1,3})"
_BEFORE = r"(?:以?前|之前)"
_QUARTER = re.compile(
    rf"(?P<due>{_YEAR}\s?(?:第\s?(?P<quarter>[1-4一二三四])\s?季|[Qq](?P<short>[1-4]))(?:底|末)?{_BEFORE}?)"
)
_DAY_IN_FIGURES = re.compile(
    rf"(?P<due>(?:(?<!\d)\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|(?<![\d.])\d{{2,3}}[/.]\d{{1,2}}[/.]\d{{1,2}}(?![\d.]))\s?{_BEFORE}?)"
)
_BUDGET_YEAR = re.compile(
    r"(?P<due>(?<!\d)(?:\d{2,4}|[一二三四五六七八九十百〇○零]{3,6})\s?(?:學|會計)?年度)(?!計畫|預算書|報告)"
)
_AFTER_RETURN = re.compile(
    rf"(?P<due>(?:返國|回國|核定|奉核|奉准|核准|報告[^，。]{{0,4}}|修正)後?\s?{_COUNT}\s?(?:個月|年|週|周|日|天)內)"
)
_NEXT_YEAR = re.compile(
    r"(?P<due>(?:今|本|明)年\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?月(?:底|中旬|初)?(?:以?前)?|(?:今年|本年|本年度|年)底(?:以?前)|(?:明|下|次|來|隔)一?(?:(?:學|會計)?年度(?:底|初|內)?|年(?:\d{1,2}月)?(?:底|初|內|以前|前))(?:以?前)?)"
)
_MONTH_ONLY = re.compile(
    r"(?<![每年\d])(?P<due>(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?月\s?(?:\d{1,2}\s?日|底|中旬|初)\s?(?:以?前))"
)
_TOLD_YEAR = re.compile(
    rf"(?P<due>[今明本翌]\((?:民國)?(?P<year>\d{{2,3}})\)\s?年(?:度)?(?:\s?{_MONTH})?(?:\s?{_DAY})?(?:底|中旬|初|內)?{_BEFORE}?)"
)
_SEASON_ALONE = re.compile(
    rf"(?<!每)(?<!月)(?<!每年)(?<!每學期)(?P<due>(?:[今明]年|本年度?|下(?:一|個|一個)?學[期年])?(?:{SEASON}|學期|年度|會計年度|招生|下次會議|下屆會議)(?:開始|結束)?{_BEFORE})"
)
_NEXT_TERM = re.compile(r"(?P<due>下(?:一|個|一個)?學[期年])")
_WITHIN_DAYS = re.compile(
    r"(?<![每第\d月])(?P<due>(?:\d{1,3}|[一二三四五六七八九十兩]{1,3})\s?(?:個)?(?:週|周|星期|日|天|工作日|工作天)內)(?=提|完成|函|邀集|召開|彙整|簽)"
)
_DAY_BEFORE = re.compile(rf"(?P<due>{_YEAR}\s?{_MONTH}\s?{_DAY}\s?(?:{_BEFORE}|止))")
_PERIOD_BEFORE = re.compile(
    rf"(?P<due>{_YEAR}\s?(?:{_MONTH}\s?)?(?:底|中旬|上旬|下旬|初|中|內)?\s?{_BEFORE})"
)
_HALF_YEAR = re.compile(rf"(?P<due>{_YEAR}\s?(?P<half>上|下)\s?半年(?:底)?{_BEFORE}?)")
_END_OF_PERIOD = re.compile(rf"(?P<due>{_YEAR}\s?(?:{_MONTH}\s?)?(?:底|內))")
_FROM_DAY = re.compile(rf"(?:自|從)\s?(?P<due>{_YEAR}\s?{_MONTH}\s?{_DAY}\s?起?)")
_LATEST_DAY = re.compile(
    rf"(?:最遲|至遲|不遲於|不得晚於|限)(?:應)?(?:於|在)?\s?(?P<due>{_YEAR}\s?{_MONTH}(?:\s?{_DAY})?)"
)
_FROM_MONTH = re.compile(rf"(?:自|從)\s?(?P<due>{_YEAR}\s?{_MONTH}\s?起)")
_DONE_IN = re.compile(
    rf"(?P<due>{_YEAR}\s?{_MONTH}(?:\s?{_DAY})?)(?=完成|辦理|實施|啟用|提出|上線|推動|起|$)"
)
_BEFORE_SEASON = re.compile(rf"(?P<due>{_YEAR}\s?(?:{SEASON})\s?{_BEFORE})")
_WITHIN = re.compile(rf"(?<!每)(?P<due>{_COUNT}\s?(?:年|個月)\s?(?:以)?內)")


@rule
def due_day_before(sentence: str) -> Matches:
    """A day before which something is to be done.

    >>> due_in("應於109年6月30日前完成")
    DueHint(text='109年6月30日前', date=datetime.date(2020, 6, 30))
    """
    return _DAY_BEFORE.finditer(sentence)


@rule
def due_period_before(sentence: str) -> Matches:
    """A year or month before the end of which something is to be done.

    >>> due_in("應於109年6月底前完成")
    DueHint(text='109年6月底前', date=datetime.date(2020, 6, 30))
    """
    return _PERIOD_BEFORE.finditer(sentence)


@rule
def due_told_year(sentence: str) -> Matches:
    """A year told as this or next, with its number in brackets.

    >>> due_in("於明（114）年6月底前完成")
    DueHint(text='明(114)年6月底前', date=datetime.date(2025, 6, 30))
    """
    return _TOLD_YEAR.finditer(sentence)


@rule
def due_season_alone(sentence: str) -> Matches:
    """A season, term or meeting before which something is to be done, without a year.

    >>> due_in("於暑假前完成"), due_in("每年汛期前清淤")
    (DueHint(text='暑假前', date=None), None)
    """
    return _SEASON_ALONE.finditer(sentence)


@rule
def due_next_term(sentence: str) -> Matches:
    """The next term or school year.

    >>> due_in("自下學期起實施")
    DueHint(text='下學期', date=None)
    """
    return _NEXT_TERM.finditer(sentence)


@rule
def due_within_days(sentence: str) -> Matches:
    """Weeks or days within which something is to be handed in.

    >>> due_in("六週內提出"), due_in("三日內回覆民眾")
    (DueHint(text='六週內', date=None), None)
    """
    return _WITHIN_DAYS.finditer(sentence)


@rule
def due_quarter(sentence: str) -> Matches:
    """A quarter of a year.

    >>> due_in("於113年第2季完成")
    DueHint(text='113年第2季', date=datetime.date(2024, 6, 30))
    """
    return _QUARTER.finditer(sentence)


@rule
def due_half_year(sentence: str) -> Matches:
    """Half a year.

    >>> due_in("114年下半年檢討")
    DueHint(text='114年下半年', date=datetime.date(2025, 12, 31))
    """
    return _HALF_YEAR.finditer(sentence)


@rule
def due_end_of_period(sentence: str) -> Matches:
    """The end of a year or month.

    >>> due_in("113年底完成")
    DueHint(text='113年底', date=datetime.date(2024, 12, 31))
    """
    return _END_OF_PERIOD.finditer(sentence)


@rule
def due_latest_day(sentence: str) -> Matches:
    """The latest day on which something is to be done.

    >>> due_in("最遲於109年3月31日公告")
    DueHint(text='109年3月31日', date=datetime.date(2020, 3, 31))
    """
    return _LATEST_DAY.finditer(sentence)


@rule
def due_from_day(sentence: str) -> Matches:
    """A day from which on something is to be done.

    >>> due_in("自109年1月1日起實施")
    DueHint(text='109年1月1日起', date=datetime.date(2020, 1, 1))
    """
    return _FROM_DAY.finditer(sentence)


@rule
def due_from_month(sentence: str) -> Matches:
    """A month from which on something is to be done.

    >>> due_in("自109年1月起實施")
    DueHint(text='109年1月起', date=datetime.date(2020, 1, 31))
    """
    return _FROM_MONTH.finditer(sentence)


@rule
def due_day_in_figures(sentence: str) -> Matches:
    """A day in figures.

    >>> due_in("應於2024/6/30前完成")
    DueHint(text='2024/6/30前', date=datetime.date(2024, 6, 30))
    """
    return _DAY_IN_FIGURES.finditer(sentence)


@rule
def due_done_in(sentence: str) -> Matches:
    """A month in which something is to be done.

    >>> due_in("於2024年2月完成")
    DueHint(text='2024年2月', date=datetime.date(2024, 2, 29))
    """
    return _DONE_IN.finditer(sentence)


@rule
def due_before_season(sentence: str) -> Matches:
    """A season before which something is to be done; it has no certain day.

    >>> due_in("於111年汛期前備妥")
    DueHint(text='111年汛期前', date=None)
    """
    return _BEFORE_SEASON.finditer(sentence)


@rule
def due_budget_year(sentence: str) -> Matches:
    """A budget or school year, without a certain day.

    >>> due_in("自112學年度起")
    DueHint(text='112學年度', date=None)
    """
    return _BUDGET_YEAR.finditer(sentence)


@rule
def due_after_return(sentence: str) -> Matches:
    """A time after the return or the approval.

    >>> due_in("返國後三個月內提出")
    DueHint(text='返國後三個月內', date=None)
    """
    return _AFTER_RETURN.finditer(sentence)


@rule
def due_next_year(sentence: str) -> Matches:
    """Next year, or the budget year after this.

    >>> due_in("於下年度編列預算")
    DueHint(text='下年度', date=None)
    """
    return _NEXT_YEAR.finditer(sentence)


@rule
def due_month_only(sentence: str) -> Matches:
    """A day or month without a year.

    >>> due_in("於六月底前提出")
    DueHint(text='六月底前', date=None)
    """
    return _MONTH_ONLY.finditer(sentence)


@rule
def due_within(sentence: str) -> Matches:
    """A stretch of time within which something is to be done.

    >>> due_in("三個月內提出")
    DueHint(text='三個月內', date=None)
    """
    return _WITHIN.finditer(sentence)


# The surest wording first: "109年6月底前" before a bare "109年度".
CHINESE = (
    due_told_year,
    due_day_before,
    due_period_before,
    due_quarter,
    due_half_year,
    due_end_of_period,
    due_latest_day,
    due_from_day,
    due_from_month,
    due_day_in_figures,
    due_done_in,
    due_before_season,
    due_budget_year,
    due_after_return,
    due_next_year,
    due_next_term,
    due_season_alone,
    due_month_only,
    due_within_days,
    due_within,
)
