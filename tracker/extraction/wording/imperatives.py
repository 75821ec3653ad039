"""Words that say what is to be done, as items of a list begin with."""

import re

from tracker.extraction.registry import rule

_ENGLISH_IMPERATIVES = (
    "add adopt agree align allocate amend analy[sz]e apply appoint arrange ask assess assign audit automate avoid begin build carry change "
    "check clarify collect commission communicate complete conduct configure consider consult continue convene coordinate create decide define "
    "deliver deploy design determine develop direct disable discuss distribute document draft drop enable encourage enforce engage enhance ensure "
    "equip establish evaluate examine expand explore extend finali[sz]e find fix follow formali[sz]e fund gather give hire hold identify implement "
    "improve include increase inform install instruct integrate introduce invest investigate invite issue keep label launch limit link log maintain make "
    "mandate measure merge migrate mitigate modify monitor move negotiate notify obtain offer organi[sz]e pilot place plan prepare prioriti[sz]e "
    "procure produce prohibit promote propose protect provide publish purchase put raise recover reconcile record reduce refresh refine reinforce relocate remove "
    "renew replace report require resolve restore restrict retain retire revise review revisit rotate run schedule secure seek send set share show "
    "simplify split standardi[sz]e start stop store strengthen submit support switch systematically take target test track train transfer trial tune "
    "undertake update upgrade use validate verify work write"
)
_IMPERATIVE = re.compile(
    rf"(?:then |also |immediately |urgently |formally |regularly )?(?:{_ENGLISH_IMPERATIVES.replace(' ', '|')})\b(?!['’]|\.$)",
    re.IGNORECASE,
)
_HAN_IMPERATIVE = re.compile(
    r"(?:積極|持續|賡續|逐步|優先|全面|適時|儘速|加速|定期|主動|適度)*"
    r"(?:建立|建置|建構|強化|加強|推動|推廣|規劃|訂定|研議|研擬|研訂|增設|增列|增加|設置|設立|落實|檢討|導入|引進|整合|辦理|提升|完善|擴大|結合|鼓勵|修正|修訂|"
    r"編列|編製|培育|培養|培訓|成立|試辦|盤點|優化|改善|選定|選擇|參採|參考|比照|爭取|運用|簽訂|明定|公開|公布|評估|納入|開發|開放|調整|充實|健全|制定|擬定|發展|籌組|汰換)"
)


@rule
def imperative(text: str) -> bool:
    """A text that begins with what is to be done, as items of a list do.

    >>> imperative("Add a check to the list."), imperative("建置共用平臺。"), imperative("The gates closed.")
    (True, True, False)
    """
    return bool(_IMPERATIVE.match(text.lstrip("*_ ")) or _HAN_IMPERATIVE.match(text))
