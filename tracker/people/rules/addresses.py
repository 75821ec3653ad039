"""Mail addresses as people type them: pure."""


def looks_like_address(text: str) -> bool:
    """Tell whether a text can be one mail address; also refuses what could break a letter's header."""
    local, at, domain = text.strip().rpartition("@")
    plain = not any(c.isspace() or ord(c) < 32 or c in '<>,;:"()[]\\' for c in text.strip())
    return bool(at and local and "." in domain.strip(".") and plain and len(text) <= 254)
