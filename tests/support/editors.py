"""Very many people who edit the same few items at once, each with a connection, cookies and form tokens of their own."""

import html
import http.client
import json
import logging
import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.factories.actions import look
from tests.factories.city import City
from tests.support.loopback import free_port
from tests.support.site import served, settings_for
from tracker import audit
from tracker.access import Act, Role
from tracker.app import create_app
from tracker.foundation.clock import Clock
from tracker.foundation.database import Session
from tracker.people.models import User
from tracker.people.service import PersonFields, RoleAssignment, add_person
from tracker.people.signing_in import begin_sign_in
from tracker.wiring import wire

PATIENCE_SECONDS = 300


@dataclass
class Tally:
    """What the editors were told, and what is left of it."""

    editors: int
    edits: int
    saved: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    untold: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    breaks: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __str__(self) -> str:
        return (
            f"{self.editors} editors × {self.edits} edits: {sum(self.saved.values())} saved, "
            f"{self.conflicts} conflicts told, {len(self.untold)} other answers, {len(self.lost)} lost, "
            f"{len(self.doubled)} stored twice, {self.breaks} breaks in the record"
        )


class Editor:
    """Adds one line after another to the expected results of items, as somebody with a browser does."""

    def __init__(self, address: str, sign_in: str, tally: Tally) -> None:
        place = urlsplit(address)
        self.connection = http.client.HTTPConnection(
            place.hostname or "", place.port, timeout=PATIENCE_SECONDS
        )
        self.cookies = {"tracker": sign_in}
        self.tally = tally

    def add(self, item_id: int, mark: str) -> None:
        """Add a line to an item; after a conflict to what a colleague made of it meanwhile, until it is saved."""
        path = f"/actions/{item_id}/edit"
        status, page = self._ask("GET", path)
        text = _typed(page) if status == 200 else ""
        choice: dict[str, str] = {}
        while True:
            form = {
                **_hidden(page),
                "title": "試辦候車資訊看板",
                "tracking_level": "city",
                "tags": "",
                "expected_result": f"{text}\n{mark}".strip(),
                **choice,
            }
            status, page = self._ask("POST", path, form)
            with self.tally.lock:
                if status == 302:
                    self.tally.saved[mark] += 1
                elif status == 409 and 'name="merge-expected_result" value="theirs"' in page:
                    self.tally.conflicts += 1
                else:
                    self.tally.untold.append(f"{mark}: {status}")
            if status != 409:
                return
            text = json.loads(_hidden(page)["shown"])["theirs"]["expected_result"]
            choice = {"merge-expected_result": "mine"}

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, urlencode(form) if form else None, headers)
        answer = self.connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, content = value.partition(";")[0].partition("=")
                self.cookies[key] = content
        return answer.status, answer.read().decode()


def edit_at_once(
    city: City, folder: Path, clock: Clock, items: Sequence[int], editors: int, edits: int
) -> Tally:
    """Let editors add lines to items by the real pages of a real server, and count what became of them."""
    settings = settings_for(folder, city.database.url, {"TRACKER_WEB__PORT": str(free_port())})
    wiring = wire(settings, clock)
    tally = Tally(editors, edits)
    # More people ask at once than the server has threads: that they wait is no news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    address = f"http://127.0.0.1:{settings.web.port}"
    with closing(wiring.database), served(create_app(wiring), settings):
        people = [Editor(address, token, tally) for token in _sign_in(city, editors)]
        threads = [
            threading.Thread(target=_work, args=(person, number, items, edits), daemon=True)
            for number, person in enumerate(people)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    _compare(city, items, tally)
    return tally


def _work(person: Editor, number: int, items: Sequence[int], edits: int) -> None:
    with closing(person.connection):
        for turn in range(edits):
            person.add(items[(number + turn) % len(items)], f"[{number:02d}-{turn:02d}]")


def _sign_in(city: City, number: int) -> list[str]:
    with city.database.transaction() as session:
        administrator = city.act("administrator", session)
        tokens = [_sign_in_one(session, administrator, each) for each in range(number)]
        session.info.pop("events", None)
    return tokens


def _sign_in_one(session: Session, administrator: Act, number: int) -> str:
    fields = PersonFields(
        f"editor{number}@city.example", f"編輯{number}", roles=(RoleAssignment(Role.COORDINATOR, None),)
    )
    user: User = add_person(session, administrator, fields)
    user.password_hash = "-"
    _, token = begin_sign_in(session, administrator, user, "test")
    return token


def _compare(city: City, items: Sequence[int], tally: Tally) -> None:
    """Hold what was said to be saved against what the items and the record say."""
    found: Counter[str] = Counter()
    for item_id in items:
        text = look(city, "coordinator", item_id, lambda _s, _a, item: item.expected_result)
        found.update(text.split())
        tally.breaks += sum(1 for _ in _breaks(city, item_id, text))
    tally.lost = [mark for mark in tally.saved if found[mark] == 0]
    tally.doubled = [mark for mark, times in found.items() if times > 1 or tally.saved[mark] != 1]


def _breaks(city: City, item_id: int, text: str) -> Iterator[int]:
    """Return the edits that do not begin where the one before them ended, or that did not add exactly one line."""
    with city.database.reading() as session:
        acts = [act for act in audit.history_of(session, "action_item", item_id) if act.action == "edit"]
    present = ""
    for act in acts:
        before, after = act.before["expected_result"], act.after["expected_result"]
        if before != present or len(after.split()) != len(before.split()) + 1:
            yield act.seq
        present = after
    if present != text:
        yield -1


def _hidden(page: str) -> dict[str, str]:
    return {
        match[1]: html.unescape(match[2])
        for match in re.finditer(
            r'<input id="\w+" name="(version|seen|shown|csrf_token)" type="hidden" value="([^"]*)">', page
        )
    }


def _typed(page: str) -> str:
    found = re.search(r'<textarea[^>]*name="expected_result"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    return html.unescape(found[1]).replace("\r\n", "\n").strip() if found else ""
