"""Long proofs ask for the same mail servers as the integration tests."""

from tests.integration.conftest import mailbox, mailbox_handler, unused_port
from tests.support.crash_fixtures import copied_town, copies, crashes

__all__ = ["copied_town", "copies", "crashes", "mailbox", "mailbox_handler", "unused_port"]
