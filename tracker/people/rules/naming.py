"""What a department is called for a reader: a page, a letter and a chart ask the same function."""

from typing import Protocol

from tracker.foundation.language import SOURCE_LANGUAGE


class Named(Protocol):
    """Whatever carries a department's two names; the English one may be empty."""

    @property
    def name(self) -> str:
        """Return the name in the source language."""

    @property
    def english_name(self) -> str:
        """Return the name in English, empty when nobody has filled it in."""


def department_name(department: Named, language: str) -> str:
    """Return a department's name in a language; without an English name every reader sees the Chinese one."""
    if language == SOURCE_LANGUAGE:
        return department.name
    return department.english_name or department.name


def indented_name(department: Named, depth: int, language: str) -> str:
    """Return a department's name, moved in by how deep it lies in the tree."""
    return "　" * depth + department_name(department, language)
