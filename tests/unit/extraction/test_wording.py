"""Who asks whom for what."""

import pytest

from tracker.extraction.wording.asks import Ask, ask_of, commitment
from tracker.extraction.wording.own import own_names
from tracker.extraction.wording.owners import owner_in

OWN = own_names(["澄湖市政府水利處"])


class TestAskOf:
    @pytest.mark.parametrize(
        ("sentence", "ask"),
        [
            ("建請水利處研訂維護手冊。", Ask.EXPLICIT),
            ("爰建議逐年編列預算。", Ask.EXPLICIT),
            ("本市應建立通報制度。", Ask.MODAL),
            ("澄湖市更要及早培育人才。", Ask.MODAL),
            ("此一制度值得澄湖借鏡。", Ask.LESSON),
            ("可作為本市未來規劃之參考。", Ask.WEAK),
            ("The Parks Office should plant trees.", Ask.MODAL),
            ("We recommend a pilot.", Ask.EXPLICIT),
        ],
    )
    def test_recognises_an_ask(self, sentence: str, ask: Ask) -> None:
        assert ask_of(sentence, OWN) is ask

    @pytest.mark.parametrize(
        "sentence",
        [
            "當地審計單位曾建議整併科室。",
            "市長表示市府應與居民簽約。",
            "依當地法規，業者應於三月前申報。",
            "請問貴校如何安排人力？",
            "因應氣候變遷，當地反應迅速。",
            "展場氣氛適宜，交通便宜。",
            "他會建議先從小規模做起。",
            "設計細節十分值得學習。",
            "They told us that the city should have started earlier.",
        ],
    )
    def test_reports_praise_laws_and_questions_are_no_asks(self, sentence: str) -> None:
        assert ask_of(sentence, OWN) is None


class TestCommitment:
    def test_what_the_own_side_undertook(self) -> None:
        assert commitment("會後本府與對方敲定明年互訪。", OWN)

    def test_not_what_others_undertook(self) -> None:
        assert not commitment("會後對方敲定明年互訪。", OWN)


class TestOwnerIn:
    @pytest.mark.parametrize(
        ("sentence", "owner"),
        [
            ("建請交通局比照辦理。", "交通局"),
            ("請教育處提供路徑圖。", "教育處"),
            ("宜由衛生局建立制度。", "衛生局"),
            ("建設處應協助設置。", "建設處"),
            ("文化局會同消防局編組。", "文化局"),
            ("多由區公所維護，建議水利處訂定手冊。", "水利處"),
            ("建議本局資訊室評估。", "資訊室"),
            ("本市應建立制度。", None),
            ("建議選擇十所學校試辦。", None),
            ("建請各單位配合。", None),
            ("The Training School should write a standard.", "Training School"),
            ("We recommend that the Parks Office plant trees.", "Parks Office"),
            ("Vehicles should be washed.", None),
        ],
    )
    def test_names_the_unit_and_nobody_in_particular(self, sentence: str, owner: str | None) -> None:
        assert owner_in(sentence) == owner
