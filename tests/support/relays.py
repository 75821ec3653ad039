"""Mail servers for benchmarks, to be started by aiosmtpd's own command."""

import asyncio
from typing import Any

from aiosmtpd.handlers import Sink

ANSWERS_AFTER_SECONDS = 0.01


class Distant(Sink):
    """Takes every letter as `Sink` does, and thinks about each word as a relay across the city does."""

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - the name that aiosmtpd calls
        """Answer to the sender."""
        await asyncio.sleep(ANSWERS_AFTER_SECONDS)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - the name that aiosmtpd calls
        """Answer to the recipient."""
        await asyncio.sleep(ANSWERS_AFTER_SECONDS)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name that aiosmtpd calls
        """Answer to the letter, which costs two answers: one before its body and one after it."""
        await asyncio.sleep(2 * ANSWERS_AFTER_SECONDS)
        return "250 OK"
