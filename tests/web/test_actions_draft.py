"""A draft on its page: shown to the coordinator only, brought out by one button."""

from collections.abc import Callable

from tests.factories.actions import keep_draft, status_of
from tests.factories.city import City
from tests.support.client import Visitor

Visit = Callable[..., Visitor]


class TestAssign:
    def test_is_offered_on_the_page_of_a_draft(self, city: City, visit: Visit) -> None:
        item_id = keep_draft(city)
        assert f"/actions/{item_id}/assign" in visit("coordinator").get(f"/actions/{item_id}").text

    def test_names_who_will_be_told(self, city: City, visit: Visit) -> None:
        item_id = keep_draft(city)
        assert "何語安" in visit("coordinator").get(f"/actions/{item_id}/assign").text

    def test_brings_the_item_out(self, city: City, visit: Visit) -> None:
        item_id = keep_draft(city)
        assert visit("coordinator").post(f"/actions/{item_id}/assign").status_code == 302
        assert status_of(city, item_id) == "assigned"

    def test_hides_the_draft_from_its_officer(self, city: City, visit: Visit) -> None:
        item_id = keep_draft(city)
        assert visit("officer").get(f"/actions/{item_id}").status_code == 404
        assert visit("officer").post(f"/actions/{item_id}/assign").status_code == 403
