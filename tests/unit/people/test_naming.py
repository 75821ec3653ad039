"""What a department is called, by the reader's language."""

from tracker.people.models import Department
from tracker.people.rules.naming import department_name, indented_name

WORKS = Department(name="工務局", english_name="Public Works Department")
UNNAMED = Department(name="河川管理科", english_name="")


class TestDepartmentName:
    def test_is_chinese_for_a_reader_of_chinese(self) -> None:
        assert department_name(WORKS, "zh-Hant") == "工務局"

    def test_is_english_for_a_reader_of_english(self) -> None:
        assert department_name(WORKS, "en") == "Public Works Department"

    def test_is_chinese_where_nobody_filled_in_the_english_name(self) -> None:
        assert department_name(UNNAMED, "en") == "河川管理科"


class TestIndentedName:
    def test_moves_in_by_the_depth_in_the_tree(self) -> None:
        assert indented_name(WORKS, 1, "en") == "　Public Works Department"
