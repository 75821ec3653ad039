"""Made recommendations of twelve departments over two stretches of time, each with the department that it belongs to.

The later ones are written otherwise than the earlier ones: by other sentences, half of them about things that nobody
had written about before, most of them with deeds that any department could do. In both, some have a clause about
another department's business, and some no clue at all.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Made:
    """A recommendation with its right answer."""

    department: str
    quote: str
    is_without_clue: bool


@dataclass(frozen=True)
class Business:
    """What a department deals with: things known from the beginning, things that come up later, and what it does."""

    early: tuple[str, ...]
    late: tuple[str, ...]
    deeds: tuple[str, ...]


BUSINESS: Final[Mapping[str, Business]] = {
    "交通局": Business(
        (
            "公車專用道",
            "轉運站候車資訊",
            "路口號誌時制",
            "自行車道路網",
            "停車場剩餘車位資訊",
            "捷運接駁公車",
            "行人穿越空間",
            "公車路線整併",
        ),
        ("預約式公車", "路口行人早開時相", "停車費率差別定價", "自行車租賃站點", "接駁轉乘優惠"),
        ("檢討路網與班次", "試辦優先通行", "調整收費"),
    ),
    "教育局": Business(
        (
            "國中小雙語課程",
            "姊妹校師生互訪",
            "校園閱讀空間",
            "教師海外研習",
            "技職學校實習",
            "學生數位學習載具",
            "幼兒園融合教學",
            "校園營養午餐",
        ),
        ("學生海外實習學分", "教師跨國共備社群", "校園午餐食材溯源", "國小程式課程", "幼兒園戶外教學"),
        ("納入課程綱要", "媒合合作學校", "辦理教師增能"),
    ),
    "衛生局": Business(
        (
            "社區篩檢巡迴",
            "傳染病監測通報",
            "失智友善診所",
            "食品業者稽查",
            "心理諮商駐點",
            "急診分流",
            "疫苗接種站",
            "醫院轉診資訊",
        ),
        ("遠距醫療門診", "社區藥師訪視", "傳染病廢水監測", "心理健康假", "餐飲業者衛生分級"),
        ("結合醫療院所", "建立通報流程", "辦理衛教"),
    ),
    "環境保護局": Business(
        (
            "廚餘回收堆肥",
            "垃圾隨袋徵收",
            "空氣品質微型感測",
            "資源循環再利用",
            "焚化廠底渣",
            "噪音車稽查",
            "一次用塑膠減量",
            "河面垃圾清除",
        ),
        ("循環杯租借", "廢棄物處理餘熱", "空氣品質維護區", "巨大垃圾修繕再用", "噪音地圖"),
        ("推動源頭減量", "加強稽查取締污染", "補助清潔設備"),
    ),
    "消防局": Business(
        (
            "防災公園",
            "住宅火災警報器",
            "救護車出勤",
            "大樓避難疏散",
            "災害應變指揮中心",
            "義消訓練",
            "搜救犬隊",
            "危險物品場所檢查",
        ),
        ("地震早期預警演練", "高樓救災雲梯車", "災害避難收容包", "救護員進階技術", "防災士培訓"),
        ("辦理聯合演練", "充實救災裝備", "修訂應變計畫"),
    ),
    "觀光旅遊局": Business(
        (
            "郵輪旅客接待",
            "多語導覽",
            "溫泉區品牌",
            "夜間觀光活動",
            "旅宿業者輔導",
            "景點套票",
            "燈會行銷",
            "自由行旅客遊程",
        ),
        ("旅客回流獎勵", "慢遊導覽路線", "觀光列車聯名", "會展旅客加值遊程", "穆斯林友善旅宿"),
        ("辦理海外行銷", "串聯業者推出遊程", "建立旅遊品牌"),
    ),
    "社會局": Business(
        (
            "獨居長者關懷",
            "身心障礙者就近日照",
            "公共托育中心",
            "弱勢家庭訪視",
            "志工時間銀行",
            "新住民家庭支持",
            "街友中繼安置",
            "兒少保護通報",
        ),
        ("長者共餐據點", "托育人員薪資", "身心障礙者自立生活", "青年志工服務學習", "家庭照顧者喘息"),
        ("布建社區據點", "增聘社工人力", "提供津貼與支持"),
    ),
    "都市發展局": Business(
        (
            "老舊街區都市更新",
            "社會住宅混居",
            "水岸土地使用",
            "都市設計審議",
            "容積移轉",
            "舊城區立面整建",
            "車站周邊都市計畫",
            "閒置公有土地",
        ),
        ("包租代管社會住宅", "都市更新公辦案", "低碳建築容積獎勵", "街區尺度都市設計準則", "土地混合使用"),
        ("檢討都市計畫", "修訂審議原則", "辦理公辦案"),
    ),
    "工務局": Business(
        (
            "人行道鋪面",
            "橋梁安全檢測",
            "共融式遊戲場",
            "行道樹修剪",
            "道路挖掘管制",
            "智慧路燈汰換",
            "公園綠地",
            "共同管道",
        ),
        ("人行道無障礙坡道", "橋梁維護履歷", "公園共融設施", "道路銑鋪品質", "樹木健檢"),
        ("訂定施工規範", "編列養護經費", "辦理工程改善"),
    ),
    "經濟發展局": Business(
        (
            "新創團隊加速器",
            "傳統市場攤位",
            "產業園區招商",
            "商圈數位轉型",
            "屋頂太陽能",
            "外商投資單一窗口",
            "中小企業出口",
            "會展產業媒合",
        ),
        ("新創海外落地", "市場冷鏈設備", "園區廠商儲能", "商圈夜間經濟", "供應鏈減碳輔導"),
        ("媒合廠商與資金", "輔導業者轉型", "提供投資獎勵"),
    ),
    "文化局": Business(
        (
            "美術館國際策展",
            "歷史建築修復",
            "圖書館夜間開放",
            "街頭藝人展演",
            "博物館教育推廣",
            "影視協拍",
            "表演藝術駐館",
            "公共藝術設置",
        ),
        ("博物館典藏數位化", "歷史建築活化營運", "圖書館得來速", "駐村藝術家", "戲劇節國際徵件"),
        ("邀請策展團隊", "辦理展演與典藏", "補助藝文團體"),
    ),
    "資訊中心": Business(
        (
            "開放資料平台",
            "市政雲端機房",
            "人工智慧客服",
            "資安聯防",
            "物聯網感測資料",
            "線上申辦系統",
            "數位身分驗證",
            "跨機關資料介接",
        ),
        ("數位孿生城市模型", "資料治理規範", "人工智慧使用指引", "資安紅隊演練", "線上申辦表單共用"),
        ("建置共用平台", "訂定資料標準", "導入資訊系統"),
    ),
}
"""Business by department."""
EARLY: Final = (
    "建議參考{city}的做法，就{thing}{deed}，{end}。",
    "{city}推動{thing}已有成效，建請{deed}，{end}。",
    "關於{thing}，宜{deed}，{end}。",
    "{thing}為本次考察重點，建議主政單位{deed}，{end}。",
    "應檢討本市{thing}的現況，{deed}，{end}。",
    "建議{deed}，使{thing}更為完備，{end}。",
)
LATE: Final = (
    "此行見{city}投入{thing}多年，值得仿效，請研議{deed}；{end}。",
    "若能比照{city}{deed}，對{thing}將有助益，{end}。",
    "考量市民需求日增，擬請評估{thing}之可行性並{deed}。",
    "{end}，故{thing}一項宜由權責機關{deed}。",
    "借鏡{city}經驗，{thing}不宜只靠單次活動，可逐步{deed}，{end}。",
    "為因應未來挑戰，{thing}之推展可再精進，例如{deed}。",
)
ENDS: Final = (
    "分年編列預算辦理",
    "以提升市民生活品質",
    "並於年底前提出評估報告",
    "先選擇一區試辦再逐步推廣",
    "並與民間團體合作",
    "以利與國際接軌",
    "並定期公布執行成果",
    "以兼顧效益與成本",
)
ASIDES: Final = ("並請相關單位配合{thing}", "同時與{thing}一併考量", "也可呼應{thing}的推動")
CLUELESS: Final = (
    "建議加強跨局處合作，定期檢討執行情形，以{city}為師。",
    "宜持續派員赴{city}交流，並將心得分享同仁。",
    "請儘速研提具體可行方案，{end}。",
    "{city}重視細節與團隊合作的精神值得學習，{end}。",
    "建議建立長期合作機制，{end}。",
)
ANY_DEEDS: Final = ("擴大辦理", "檢討現行作法", "編列專案經費", "訂定推動計畫", "成立專責小組", "先行試辦")
CITIES: Final = ("海港城", "山城", "河谷市", "北灣", "湖岸市", "高原城", "新港", "白石市")


def made_recommendations(seed: int, number: int, *, later: bool) -> Iterator[Made]:
    """Yield so many recommendations of one stretch of time; departments get different shares of them."""
    chance = random.Random(seed)
    names = list(BUSINESS)
    shares = [2 + (3 * place) % 7 for place in range(len(names))]
    for _ in range(number):
        department = chance.choices(names, shares)[0]
        if chance.random() < 0.06:
            words = {"city": chance.choice(CITIES), "end": chance.choice(ENDS)}
            yield Made(department, chance.choice(CLUELESS).format(**words), is_without_clue=True)
        else:
            yield Made(department, _quote(chance, department, later=later), is_without_clue=False)


def _quote(chance: random.Random, department: str, *, later: bool) -> str:
    business = BUSINESS[department]
    is_new = later and chance.random() < 0.5
    end = chance.choice(ENDS)
    if chance.random() < 0.25:
        other = chance.choice([each for each in BUSINESS if each != department])
        end += "，" + chance.choice(ASIDES).format(thing=chance.choice(BUSINESS[other].early))
    return chance.choice(LATE if later else EARLY).format(
        city=chance.choice(CITIES),
        thing=chance.choice(business.late if is_new else business.early),
        deed=chance.choice(ANY_DEEDS if later and chance.random() < 0.7 else business.deeds),
        end=end,
    )
