"""Layouts of the tables to hand up: the shipped ones hold, a city's own are read, and mistakes are named."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tracker.dashboards.handing_up import load_layouts
from tracker.dashboards.rules.tables import Table, read_layouts
from tracker.dashboards.table_fields import FIELDS
from tracker.foundation.documents import Format
from tracker.foundation.errors import Misconfigured

GOOD: dict[str, Any] = {
    "title": "列管清冊",
    "formats": ["ods"],
    "columns": [{"field": "item_no", "width": 2.5, "heading": "案號", "english": "Case"}],
}


def read(**changes: Any) -> Any:
    return read_layouts({"items": {**GOOD, **changes}}, FIELDS, "city.toml")[Table.ITEMS]


class TestShipped:
    def test_has_every_table(self) -> None:
        assert set(load_layouts()) == set(Table)

    def test_gives_documents_as_odt_and_every_table_as_ods_pdf_xlsx_and_csv(self) -> None:
        layouts = load_layouts()
        documents = {Table.ADOPTION, Table.RECOMMENDATIONS, Table.COUNCIL}
        assert {table for table, layout in layouts.items() if Format.ODT in layout.formats} == documents
        assert all(set(layout.formats) >= set(Format) - {Format.ODT} for layout in layouts.values())

    def test_has_a_title_in_both_languages(self) -> None:
        assert all(layout.title and layout.english for layout in load_layouts().values())


class TestCitysOwn:
    def test_takes_the_place_of_the_shipped_one(self, tmp_path: Path) -> None:
        file = tmp_path / "city.toml"
        file.write_text(
            '[items]\ntitle = "列管清冊"\nformats = ["ods"]\n'
            'columns = [{ field = "item_no", width = 3, heading = "案號" }]\n',
            "utf-8",
        )
        layouts = load_layouts(str(file))
        assert layouts[Table.ITEMS].titled("zh-Hant") == layouts[Table.ITEMS].titled("en") == "列管清冊"
        assert layouts[Table.COUNTS] == load_layouts()[Table.COUNTS]

    def test_names_columns_in_the_citys_words(self) -> None:
        [column] = read().columns
        assert (column.named("zh-Hant"), column.named("en")) == ("案號", "Case")

    @pytest.mark.parametrize(
        ("changes", "named"),
        [
            ({"title": " "}, "items.title"),
            ({"title": 3}, "items.title"),
            ({"formats": []}, "items.formats"),
            ({"formats": ["doc"]}, "items.formats"),
            ({"columns": []}, "items.columns"),
            ({"columns": ["item_no"]}, r"items.columns\[0\]"),
            ({"columns": [{"field": "sum", "width": 2}]}, r"items.columns\[0\].field = 'sum'"),
            ({"columns": [{"field": "item_no"}]}, r"items.columns\[0\].width"),
            ({"columns": [{"field": "item_no", "width": 90}]}, r"items.columns\[0\].width = 90"),
            ({"columns": [{"field": "item_no", "width": True}]}, r"items.columns\[0\].width"),
            ({"columns": [{"field": "item_no", "width": 2, "color": "red"}]}, r"items.columns\[0\]"),
            ({"collumns": []}, "items"),
        ],
    )
    def test_names_the_place_of_a_mistake(self, changes: dict[str, Any], named: str) -> None:
        with pytest.raises(Misconfigured, match=f"city.toml: {named}"):
            read(**changes)

    def test_refuses_a_table_that_there_is_not(self) -> None:
        with pytest.raises(Misconfigured, match=r"\[budget\]"):
            read_layouts({"budget": GOOD}, FIELDS, "city.toml")

    @pytest.mark.parametrize("text", ["[items", None])
    def test_names_a_file_that_cannot_be_read(self, tmp_path: Path, text: str | None) -> None:
        file = tmp_path / "city.toml"
        if text is not None:
            file.write_text(text, "utf-8")
        with pytest.raises(Misconfigured, match=r"city\.toml"):
            load_layouts(str(file))

    def test_is_described_in_the_shipped_file_itself(self) -> None:
        text = (Path(__file__).resolve().parents[3] / "config" / "tables.toml").read_text("utf-8")
        assert set(tomllib.loads(text)) == {table.value for table in Table}
