"""The names of units: how they end, what only looks like one, and what names nobody in particular."""

import re

_HAN = r"[\u3400-\u9fff]"

UNIT = (
    r"(?:本[府市縣局處所館校會](?!應|宜|可|須|得|將|於))?"
    rf"(?:(?!社會(?!局|處|科|司|課)|機會|議會|宴會|都會|研討會|博覽會|說明會|座談會|公聽會|[應宜須並將於]|建議){_HAN}){{1,14}}?"
    r"(?:(?<!當)局(?!部|勢|面|長)|"
    r"(?<![到各此該妥])(?<![一二三四五六七八九十百幾數多各兩])處(?!理|長|罰|境|遇|分|置|"
    r"所)|科(?!技|學|目|長)|課(?!程|題|長|後|堂|綱)|室(?!內|外)|"
    r"委員會|管理會|基金會|研考會|農會|漁會|協會|公會|促進會|會(?=應|宜|可|須|得|會同|將)|"
    r"(?<![一二三四五六七八九十百幾數多兩])所(?!有|在|需|屬|以|得|用|見|列|提|指|定|謂|"
    r"長)|館(?!藏|舍|員|長|際|方)|院(?!長|區|校)|(?<![簽連])署(?!長|名)|(?<![全內外大局幹西東南北中細頭背])部(?!分|落|門|會|長|隊)|司(?!機|法)|府(?!城|會)|"
    r"隊(?!長|員)|中心(?!點|思|主|站)|公所|大學|學校|公司|單位|機關|小組|辦公室|合作社|改良場|農場|林場|牧場)"
)
_LONGEST = 40
_UNITS = re.compile(rf"(?:{UNIT})(?:[、及與，,/／]\s*(?:{UNIT}))*")
_NOBODY = re.compile(
    r"^(?:本(?:市|府|縣|局|處|所|館|校|院|署|部|會|中心|公司|團)|該.*|其.*|我.*|(?:各|相關|"
    r"有關|權責|主管|業管|中央主管|承辦|執行|主辦|負責|委辦|任一|每一|所屬)(?:單位|機關|局處|機關單位|.*機關|.*單位)|各.*|"
    r"各級學校|學校|大學|公司|單位|機關|小組|中心|市府|縣府|政府|.*(?:社會|機會|都會))$"
)
_PREFIX = re.compile(
    r"^(?:(?:爰|並|另|亦|惠|擬|因此|未來|後續|日後|往後|建議|建請|洽請|函請|提請|請|宜由|應由|"
    r"可由|由|貴|同時|此外|又|再|仍|則|即|本[府市縣局處所館校會]|市府|縣府)(?=.{2}))+"
)
_NO_UNIT = re.compile(
    r"^(?:選|增|加|建|設|成立|規|辦|推|研(?!究發展考核)|由|以|於|在|可|應|將|持|參|結|透|提供|開|檢|編|為|使|讓|"
    r"擴|強|與|積|先|及|對|從|自|每|若|為|如|運用|利用|鼓勵|落實|採|比照|整合|考量|定期|儘|盡|逐|優先|針對|邀|並|或|把|到|至)(?!(?:設局|"
    r"設處|發|考|管|輔|築管理|設工程))"
)
_ACTS = re.compile("召集|協助|相關|設置|辦理|規劃|聘任|成立|建立|提供")
_AND = re.compile("[及與和、暨]|會同|會商|偕同|邀集|協同|結合|邀請")


def bare_unit(name: str) -> str | None:
    """Return a unit's bare name: without the words that ask, the first of several, None for nobody in particular."""
    name = _AND.split(_PREFIX.sub("", name))[0]
    return (
        None if len(name) < 2 or _ACTS.search(name) or _NOBODY.match(name) or _NO_UNIT.match(name) else name
    )


def is_unit(text: str) -> bool:
    """Say whether a text is nothing but the names of units.

    >>> is_unit("交通局、工務局"), is_unit("增設候車亭")
    (True, False)
    """
    text = text.strip()
    return len(text) <= _LONGEST and bool(_UNITS.fullmatch(text))
