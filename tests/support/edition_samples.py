"""Sample reports and their second editions, made from sentences of our own: each knows what became of its recommendations."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tests.support.word_report import word_report

CITIES: Final = ("瀨灣市", "北原市", "霧港市", "松川市", "雲嶺市", "白砂市", "青磯市", "鹿野市")
TOPICS: Final = (
    "輕軌與人行空間",
    "圖書館夜間服務",
    "雨水管理",
    "高齡照護",
    "觀光導覽",
    "市場改造",
    "災害應變",
    "資源回收",
)
AGENCIES: Final = ("交通局", "教育局")
ASKS: Final = ("建請", "建議", "請")
DUE: Final = ("", "於116年6月底前", "自下一學年起", "於三個月內", "自116年度起", "於年底前")
DEEDS: Final = (
    "在車站周邊三處路口試辦行人優先號誌",
    "與當地高中簽訂學生交流備忘錄",
    "比照該市在水岸步道設置連續照明",
    "整合渡輪與公車票證並提供單日聯票",
    "延長總館與兩處分館的夜間開放時間",
    "訂定綠色街道的維護手冊",
    "於老舊市場設置共用冷藏空間",
    "建立獨居長者的電話關懷名冊",
    "將雨水花園納入公有停車場的設計準則",
    "提供四種語言的導覽錄音",
    "辦理大型場館的夜間疏散演練",
    "在社區活動中心設置舊衣與小家電回收站",
    "公開候車時間與班次準點率的資料",
    "試行由店家認養門前人行道",
    "設置騎士與行人分流的標線",
    "研議以里為單位的淹水預警簡訊",
    "為新住民家長開設夜間語言課程",
    "編印適合視障者使用的觸摸地圖",
    "檢討路邊停車格的時段費率",
    "將屋頂綠化列入公有建築的驗收項目",
    "與港務單位共用救難船隻的調度系統",
    "在轉運站增設行李寄放與推車租借",
    "成立跨機關的步行環境工作小組",
    "把閒置校舍轉為青年創業的工作室",
)
DETAILS: Final = (
    "並每半年公布成效",
    "經費由年度預算支應",
    "並邀請里長與店家共同參與",
    "優先於人潮集中的地點辦理",
    "以利日後擴大實施",
    "並將結果提報市政會議",
    "由相關機關協助場地與人力",
    "並保留傳統市集的使用時段",
    "參考該市的收費方式訂定標準",
    "並調查使用者的滿意程度",
)
SENTENCES: Final = (
    "第一日拜會市政府，由副市長說明近十年的施政方向。",
    "第二日參觀車站與周邊街區，沿途由規劃師解說動線安排。",
    "第三日與民間團體座談，了解居民參與的方式。",
    "當地的標示系統清楚，外地人也能依圖示找到路。",
    "該市將維護經費與認養制度結合，減輕了機關的負擔。",
    "資料公開的作法讓民眾可以自行查詢各項指標。",
    "此行也看到該市在人力不足下如何安排輪值。",
    "與會人員對本市的夜市文化表示高度興趣。",
    "該市的作業手冊每兩年檢討一次，並附上案例。",
    "參訪行程緊湊，承蒙接待單位詳細說明。",
    "各場館均設置友善設施，動線以輪椅使用者為優先考量。",
    "該市以小規模試辦累積經驗，再逐步擴大。",
)
STYLES: Final = ("（{han}）", "{number}. ", "{han}、")
_HAN: Final = "一二三四五六七八九十"
_SYNONYMS: Final = (
    ("設置", "增設"),
    ("試辦", "先行辦理"),
    ("訂定", "研訂"),
    ("提供", "備妥"),
    ("建立", "建置"),
    ("三處", "五處"),
)


@dataclass(frozen=True)
class Sample:
    """A report: what its cover says, what it tells, and what it recommends."""

    city: str
    topic: str
    agency: str
    year: int
    day: int
    told: tuple[str, ...]
    recommendations: tuple[str, ...]
    style: str

    @property
    def text(self) -> str:
        """Return the report as plain text."""
        numbered = (
            self.style.format(han=_HAN[number], number=number + 1) + each
            for number, each in enumerate(self.recommendations)
        )
        return "\n".join(
            (
                "出國報告（出國類別：考察）",
                f"{self.year}年度赴{self.city}考察{self.topic} 出國報告",
                f"服務機關：{self.agency}",
                "派赴國家：日本",
                f"出國期間：{self.year}年5月{self.day}日至{self.year}年5月{self.day + 4}日",
                f"報告日期：{self.year}年7月1日",
                "",
                "壹、目的",
                f"為了解{self.city}在{self.topic}方面的作法，本次前往考察並與當地官員交換意見。",
                "",
                "貳、過程",
                *self.told[:5],
                "",
                "參、心得",
                *self.told[5:],
                "",
                "肆、建議",
                *numbered,
                "",
            )
        )

    @property
    def page(self) -> bytes:
        """Return the report as a web page."""
        titles = ("壹、", "貳、", "參、", "肆、")
        lines = (
            f"<h2>{line}</h2>" if line.startswith(titles) else f"<p>{line}</p>"
            for line in self.text.split("\n")
            if line
        )
        body = "\n".join(lines)
        return f'<!DOCTYPE html><html lang="zh-Hant"><head><meta charset="utf-8"></head><body>{body}</body></html>'.encode()


@dataclass(frozen=True)
class SecondEdition:
    """A second edition, and what became of each recommendation of the first."""

    sample: Sample
    same: frozenset[str]
    reworded: Mapping[str, str]
    dropped: frozenset[str]
    added: frozenset[str]
    suffix: str
    changes: Sequence[str] = field(default=())

    @property
    def file(self) -> bytes:
        """Return the file in the format that its name says."""
        return FORMATS[self.suffix](self.sample)


FORMATS: Final[Mapping[str, Callable[[Sample], bytes]]] = {
    ".txt": lambda sample: sample.text.encode(),
    ".html": lambda sample: sample.page,
    ".docx": lambda sample: word_report(sample.text)[0],
}


def sample(number: int) -> Sample:
    """Return a first edition; the same number is always the same report."""
    chance = random.Random(number)
    agency = AGENCIES[number % len(AGENCIES)]
    recommendations = tuple(
        _recommendation(chance, agency, deed) for deed in chance.sample(DEEDS, chance.randint(4, 8))
    )
    return Sample(
        CITIES[number % len(CITIES)],
        TOPICS[number // len(CITIES) % len(TOPICS)],
        agency,
        114,
        1 + number % 20,
        tuple(chance.sample(SENTENCES, 9)),
        recommendations,
        STYLES[number % len(STYLES)],
    )


def second_edition(number: int) -> SecondEdition:
    """Return the second edition of a sample: corrected, or every other time that of the next year."""
    first, chance = sample(number), random.Random(1_000 + number)
    said = list(first.recommendations)
    dropped = {said.pop(chance.randrange(len(said)))}
    reworded = {each: _reworded(chance, each, first.agency) for each in chance.sample(said, 1 + number % 2)}
    said = [reworded.get(each, each) for each in said]
    said.insert(chance.randrange(len(said)), said.pop())
    unused = [deed for deed in DEEDS if not any(deed in each for each in first.recommendations)]
    added = {_recommendation(chance, first.agency, deed) for deed in chance.sample(unused, 1 + number % 2)}
    for each in sorted(added):
        said.insert(chance.randint(0, len(said)), each)
    is_next_year = number % 2 == 0
    told = list(first.told)
    others = [each for each in SENTENCES if each not in told]
    for place in range(3 if is_next_year else 0):
        told[2 + 2 * place] = others[place]
    later = replace(
        first,
        year=first.year + is_next_year,
        told=tuple(told),
        recommendations=tuple(said),
        style=STYLES[(number + 1) % len(STYLES)],
    )
    same = frozenset(first.recommendations) - dropped - reworded.keys()
    suffix = tuple(FORMATS)[number % len(FORMATS)]
    return SecondEdition(later, same, reworded, frozenset(dropped), frozenset(added), suffix)


def _recommendation(chance: random.Random, agency: str, deed: str) -> str:
    return f"{chance.choice(ASKS)}{agency}{chance.choice(DUE)}{deed}，{chance.choice(DETAILS)}。"


def _reworded(chance: random.Random, said: str, agency: str) -> str:
    """Return a recommendation in other words: another detail, one more, another verb or another number."""
    body, detail = said.rstrip("。").rsplit("，", 1)
    others = [each for each in DETAILS if each != detail]
    ways = [f"{body}，{chance.choice(others)}。", f"{body}，{detail}，{chance.choice(others)}。"]
    ways += [said.replace(old, new) for old, new in _SYNONYMS if old in said]
    ways.append(said.replace(agency, f"{agency}會同相關機關"))
    return chance.choice(ways)
