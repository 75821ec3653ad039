"""Chinese surnames, one character or two, by which a name is known from a job title that no list holds."""

_SINGLE = frozenset(
    "趙錢孫李周吳鄭王馮陳褚衛蔣沈韓楊朱秦尤許何呂施張孔曹嚴華金魏陶姜戚謝鄒喻柏水竇章雲蘇潘葛奚范彭郎魯韋昌馬苗鳳花方俞任袁柳酆鮑史唐"
    "費廉岑薛雷賀倪湯滕殷羅畢郝鄔安常樂于時傅皮卞齊康伍余元卜顧孟平黃和穆蕭尹姚邵湛汪祁毛禹狄米貝明臧計伏成戴談宋茅龐熊紀舒屈項祝董梁"
    "杜阮藍閔席季麻強賈路婁危江童顏郭梅盛林刁鍾鐘徐邱丘駱高夏蔡田樊胡凌霍虞萬支柯昝管盧莫經房裘繆干解應宗丁宣賁鄧郁單杭洪包諸左石崔吉鈕"
    "龔程嵇邢滑裴陸榮翁荀羊於惠甄麴家封芮羿儲靳汲邴糜松井段富巫烏焦巴弓牧隗山谷車侯宓蓬全郗班仰秋仲伊宮甯寧仇欒暴甘鈄厲戎祖武符劉景詹束"
    "龍葉幸司韶郜黎薊薄印宿白懷蒲邰從鄂索咸籍賴卓藺屠蒙池喬陰鬱胥能蒼雙聞莘黨翟譚貢勞逄姬申扶堵冉宰酈雍卻璩桑桂濮牛壽通邊扈燕冀郟浦尚農"
    "溫別莊晏柴瞿閻充慕連茹習宦艾魚容向古易慎戈廖庾終暨居衡步都耿滿弘匡國文寇廣祿闕東歐殳沃利蔚越夔隆師鞏厙聶晁勾敖融冷訾辛闞那簡饒空曾"
    "毋沙乜養鞠須豐巢關蒯相查后荊紅游竺權逯蓋益桓公塗涂袁湛鄢楚蓮"
)
_DOUBLE = (
    "万俟萬俟司馬上官歐陽夏侯諸葛聞人東方赫連皇甫尉遲公羊澹臺澹台公冶宗政濮陽淳于單于太叔申屠公孫仲孫軒轅令狐鍾離鐘離宇文長孫慕容"
    "鮮于閭丘司徒司空公西南宮東郭百里呼延端木獨孤西門左丘梁丘張簡范姜"
)
_DOUBLES = frozenset(_DOUBLE[i : i + 2] for i in range(0, len(_DOUBLE), 2))


def surname_length(text: str) -> int:
    """Return how many characters of surname a text begins with, 0 for none.

    >>> surname_length("司徒硯"), surname_length("樊雨晴"), surname_length("技士")
    (2, 1, 0)
    """
    if text[:2] in _DOUBLES:
        return 2
    return int(text[:1] in _SINGLE)
