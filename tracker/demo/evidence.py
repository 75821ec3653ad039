"""Small pieces of evidence: plain text, and PDF files of one page."""

from collections.abc import Sequence

from tracker.demo.printing import printed


def piece_of_evidence(name: str, lines: Sequence[str]) -> bytes:
    """Return a file of the kind that its name says, PDF or text, which holds the lines."""
    if name.endswith(".pdf"):
        return printed([lines])
    return ("\n".join(lines) + "\n").encode()
