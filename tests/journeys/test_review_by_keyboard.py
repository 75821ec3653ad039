"""A report with twenty recommendations, from the upload page to its confirmation, without touching the mouse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FileChooser, Locator, Page, expect

from tests.factories.city import PASSWORD, City, build_city
from tests.support.browser import assert_accessible, photograph
from tests.support.site import Site
from tracker.reports.models import Recommendation
from tracker.worker import tick

DEEDS = (
    "於輕軌沿線三處路口試辦行人優先號誌",
    "在渡輪站增設低位售票窗口",
    "將候車亭照明改為感應式燈具",
    "於轉運站設置行李寄放櫃",
    "整合公車與渡輪的轉乘優惠",
    "在港區步道補設遮蔭座椅",
    "建立路口視距障礙的通報表單",
    "於學校周邊劃設接送等候區",
    "將施工改道資訊提前三日公告",
    "在夜間班次增派站務人力",
    "於自行車道岔口增設減速標線",
    "辦理駕駛員觀光英語訓練",
    "在站牌加印點字路線號碼",
    "調查颱風後路樹復原的作業時間",
    "於港口廣場試行無車日",
    "訂定臨時停車格的收費上限",
    "在月台地面標示候車動線",
)
TWO_IN_ONE = "建請交通局檢討公車專用道時段。並由交通局逐季公布違規取締成效。"
ONE_IN_TWO = ("建請交通局盤點既有電動公車充電樁。", "盤點結果應由交通局於年底前上網公開。")
MISSED = "行前若先確認互訪時程，拜會會更順暢。"
REPORT = "\n".join(
    [
        "出國報告（出國類別：考察）",
        "赴瀨灣市考察港區交通 出國報告",
        "服務機關：交通局",
        "姓名職稱：何語安 科員",
        "派赴國家：日本",
        "出國期間：115年1月12日至1月16日",
        "報告日期：115年2月20日",
        "",
        "一、目的",
        "了解瀨灣市如何串連港區、輕軌與步道。",
        "",
        "二、過程",
        "第一日拜會港灣局，第二日試乘輕軌。" + MISSED,
        "",
        "三、建議",
        *(f"{number}. 建請交通局{deed}。" for number, deed in enumerate(DEEDS, 1)),
        f"18. {TWO_IN_ONE}",
        f"19. {ONE_IN_TWO[0]}",
        f"20. {ONE_IN_TWO[1]}",
        "",
    ]
)

# Selects the words from one to another in the source, as the shift key does where a browser has a caret to move.
SELECT = """
([first, last]) => {
  const find = (words) => {
    const walker = document.createTreeWalker(document.querySelector("[data-source]"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const at = walker.currentNode.data.indexOf(words);
      if (at >= 0) return [walker.currentNode, at];
    }
    throw new Error(`not found: ${words}`);
  };
  const [from, start] = find(first);
  const [to, end] = find(last);
  document.getSelection().setBaseAndExtent(from, start, to, end + last.length);
}
"""


class Keyboard:
    """A reviewer who has nothing but a keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def take(self, *keys: str) -> None:
        """Press keys of which the last one sends a form, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.press(*keys)

    def tab_to(self, target: Locator) -> None:
        """Go through the page until a control has the focus."""
        for _ in range(60):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not lead to {target}")

    @property
    def card(self) -> Locator:
        """The candidate at hand."""
        return self.page.locator("article[aria-current]")

    def expect_at(self, words: str) -> None:
        """Check that the focus is on the candidate of some words."""
        expect(self.card.locator(".candidate__quote")).to_contain_text(words)
        expect(self.card).to_be_focused()

    def go_to(self, words: str) -> None:
        """Move down from the first candidate to the one of some words."""
        for _ in range(40):
            if words in self.card.locator(".candidate__quote").inner_text():
                return
            self.page.keyboard.press("j")
        raise AssertionError(f"no candidate of {words}")


@pytest.fixture
def city(site: Site) -> City:
    """The small city on the served site."""
    return build_city(site.wiring.database, site.clock)


@pytest.fixture
def keyboard(page: Page, site: Site, city: City) -> Iterator[Keyboard]:
    """A coordinator who has signed in by the keyboard."""
    page.goto(f"{site.address}/sign-in")
    keys = Keyboard(page)
    keys.tab_to(page.get_by_label("電子郵件"))
    page.keyboard.type(city.email("coordinator"))
    keys.tab_to(page.get_by_label("密碼", exact=True))
    page.keyboard.type(PASSWORD)
    keys.take("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("我的工作")
    return keys


class TestReviewByKeyboard:
    def test_leads_from_the_upload_to_the_confirmation(
        self, keyboard: Keyboard, site: Site, tmp_path: Path
    ) -> None:
        upload(keyboard, site, tmp_path)
        read_the_keys(keyboard)
        split_and_undo(keyboard)
        merge(keyboard)
        add(keyboard)
        move_the_boundary(keyboard)
        reject(keyboard)
        change_and_accept(keyboard)
        accept_the_rest(keyboard)
        confirm(keyboard)
        with site.wiring.database.reading() as session:
            kept = session.query(Recommendation).order_by(Recommendation.start).all()
            quotes = [each.verbatim_quote for each in kept]
        assert len(quotes) == 20
        assert quotes[0] == MISSED
        assert "".join(quotes[-3:-1]) == TWO_IN_ONE
        assert quotes[-1] == f"{ONE_IN_TWO[0]}\n20. {ONE_IN_TWO[1]}"
        assert DEEDS[4] not in "".join(quotes)

    def test_takes_words_that_are_selected_in_the_source(
        self, keyboard: Keyboard, site: Site, tmp_path: Path
    ) -> None:
        upload(keyboard, site, tmp_path)
        page = keyboard.page
        page.evaluate(SELECT, [MISSED, MISSED])
        keyboard.take("n")
        keyboard.expect_at(MISSED)
        page.evaluate(SELECT, [MISSED[2:], MISSED[2:]])
        keyboard.take("b")
        keyboard.expect_at(MISSED[2:])
        keyboard.go_to(TWO_IN_ONE)
        page.evaluate(SELECT, ["並由交通局", TWO_IN_ONE[-8:]])
        keyboard.take("s")
        keyboard.expect_at("建請交通局檢討公車專用道時段。")
        expect(page.locator("article.candidate.is-pending")).to_have_count(22)

    def test_declares_that_there_is_no_recommendation(
        self, keyboard: Keyboard, site: Site, tmp_path: Path
    ) -> None:
        upload(keyboard, site, tmp_path)
        keyboard.press("0")
        expect(keyboard.page.get_by_role("dialog")).to_contain_text("審閱就此結束")
        keyboard.take("Enter")
        expect(keyboard.page.get_by_text("本報告無建議事項。").first).to_be_visible()


def upload(keyboard: Keyboard, site: Site, tmp_path: Path) -> None:
    """Open the upload page, choose the file where the browser asks for it, and wait for the desk."""
    page = keyboard.page
    file = tmp_path / "report.txt"
    file.write_text(REPORT, encoding="utf-8")
    # Asked for before the page comes, since the browser may open its dialog before it hears that somebody waits.
    choosers: list[FileChooser] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))  # noqa: PLW0108 - Playwright marks what it calls
    page.goto(f"{site.address}/reports/new")
    keyboard.tab_to(page.locator("input[type=file]"))
    keyboard.press("Space")
    for _ in range(100):
        if choosers:
            break
        page.wait_for_timeout(100)
    choosers[0].set_files(file)
    keyboard.tab_to(page.get_by_role("button", name="匯入", exact=True))
    keyboard.press("Enter")
    page.wait_for_url("**/reports/imports/**")
    tick(site.wiring)
    page.wait_for_url("**/review*")
    expect(page.locator("article.candidate.is-pending")).to_have_count(20)
    keyboard.expect_at(DEEDS[0])
    assert_accessible(page)
    photograph(page, "review-by-keyboard")


def read_the_keys(keyboard: Keyboard) -> None:
    """Look up the keys, and come back to the same candidate."""
    keyboard.press("?")
    help_ = keyboard.page.get_by_role("dialog", name="鍵盤操作")
    for words in ("採用", "分割", "合併", "新增漏掉的建議", "復原上一步"):
        expect(help_).to_contain_text(words)
    keyboard.press("Escape")
    keyboard.press("j", "j", "k")
    keyboard.expect_at(DEEDS[1])


def split_and_undo(keyboard: Keyboard) -> None:
    """Cut a candidate in two, take that back, and cut it again."""
    waiting = keyboard.page.locator("article.candidate.is-pending")
    keyboard.go_to(TWO_IN_ONE)
    split(keyboard)
    expect(waiting).to_have_count(21)
    keyboard.take("u")
    expect(keyboard.page.get_by_text("已復原「分割」")).to_be_visible()
    expect(waiting).to_have_count(20)
    keyboard.expect_at(TWO_IN_ONE)
    split(keyboard)


def split(keyboard: Keyboard) -> None:
    """Tick the second sentence, and send."""
    keyboard.press("s")
    expect(keyboard.card.get_by_label("並由交通局逐季公布違規取締成效。")).to_be_focused()
    keyboard.press("Space")
    assert_accessible(keyboard.page)
    keyboard.take("Control+Enter")
    keyboard.expect_at("檢討公車專用道時段。")
    expect(keyboard.page.locator("[data-said]")).to_contain_text("已分割")


def merge(keyboard: Keyboard) -> None:
    """Join two numbered items that are one recommendation."""
    keyboard.go_to(ONE_IN_TWO[0])
    keyboard.take("m")
    keyboard.expect_at(ONE_IN_TWO[1])
    expect(keyboard.page.locator("[data-said]")).to_contain_text("已合併")


def add(keyboard: Keyboard) -> None:
    """Add what extraction missed, by its first and its last words."""
    keyboard.press("n")
    expect(keyboard.page.get_by_label("原文的文字")).to_be_focused()
    keyboard.page.keyboard.type("行前若先…會更順暢")
    keyboard.take("Control+Enter")
    keyboard.expect_at(MISSED[:-1])
    expect(keyboard.card).to_contain_text("由審閱人從原文選取")


def move_the_boundary(keyboard: Keyboard) -> None:
    """Let the added quote end with its sentence."""
    keyboard.press("b")
    expect(keyboard.card.get_by_label("從這裡開始")).to_be_focused()
    keyboard.press("Tab", "ArrowDown")
    assert_accessible(keyboard.page)
    keyboard.take("Control+Enter")
    keyboard.expect_at(MISSED)


def reject(keyboard: Keyboard) -> None:
    """Set one aside: look away once, and come back to the words that were typed."""
    keyboard.go_to(DEEDS[4])
    keyboard.press("r")
    reason = keyboard.card.get_by_label("剔除說明")
    expect(reason).to_be_focused()
    keyboard.page.keyboard.type("已另案辦理")
    keyboard.press("Escape")
    expect(keyboard.card).to_be_focused()
    keyboard.press("r")
    expect(reason).to_have_value("已另案辦理")
    keyboard.take("Enter")
    keyboard.expect_at(DEEDS[5])
    expect(keyboard.page.locator("article.candidate.is-rejected")).to_contain_text("已另案辦理")


def change_and_accept(keyboard: Keyboard) -> None:
    """Give one a better name on the way."""
    keyboard.press("e")
    title = keyboard.card.get_by_label("列管事項名稱")
    expect(title).to_be_focused()
    keyboard.press("Control+a")
    keyboard.page.keyboard.type("補設港區遮蔭座椅")
    assert_accessible(keyboard.page)
    photograph(keyboard.page, "review-by-keyboard-edit")
    keyboard.take("Control+Enter")
    keyboard.expect_at(DEEDS[6])
    expect(keyboard.page.locator("article.candidate.is-accepted")).to_contain_text("補設港區遮蔭座椅")


def accept_the_rest(keyboard: Keyboard) -> None:
    """Accept one after the other, until none waits."""
    waiting = keyboard.page.locator("article.candidate.is-pending")
    for left in range(waiting.count() - 1, -1, -1):
        keyboard.take("a")
        expect(waiting).to_have_count(left)
    photograph(keyboard.page, "review-by-keyboard-done")


def confirm(keyboard: Keyboard) -> None:
    """Answer the question that names the consequence."""
    keyboard.press("c")
    dialog = keyboard.page.get_by_role("dialog")
    expect(dialog).to_contain_text("將有 20 項建議事項正式成立")
    keyboard.take("Enter")
    expect(keyboard.page.get_by_text("有 20 項建議事項。")).to_be_visible()
