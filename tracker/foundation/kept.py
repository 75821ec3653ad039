"""Files that are never removed, whoever else lets go of the same bytes."""

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from tracker.foundation.database import Base, Session


class KeptFile(Base):
    """The hash of a file that stays for good."""

    __tablename__ = "kept_file"

    sha256: Mapped[str] = mapped_column(primary_key=True)


def keep_for_good(session: Session, sha256: str) -> None:
    """Let a stored file never be removed."""
    if not is_kept_for_good(session, sha256):
        session.add(KeptFile(sha256=sha256))
        session.flush()


def is_kept_for_good(session: Session, sha256: str) -> bool:
    """Tell whether a stored file must never be removed."""
    return session.scalar(select(KeptFile.sha256).where(KeptFile.sha256 == sha256)) is not None
