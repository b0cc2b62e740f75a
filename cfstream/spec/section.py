"""What all sections of the spec language have in common."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from cfstream.startup.frozen import dataclass


class Section(BaseModel):
    """A part of the file with named fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Fields(Section):
    """Some fields of a large section, which inherits them. pydantic makes no validator for them alone (`startup`)."""

    model_config = ConfigDict(defer_build=True)


@dataclass(frozen=True)
class AlsoCalled:
    """Words of AWS and of other tools that mean a field: part of the annotation of that field.

    Capitals and underscores do not matter: ``web_acl_id`` is also CloudFormation's ``WebACLId``.
    """

    words: tuple[str, ...]

    def __init__(self, *words: str) -> None:
        object.__setattr__(self, "words", words)


NEVER_GUESSED = "never guessed"
"""Part of the annotation of a field whose values have similar names and different effects, like TLS policies."""


def other_words(section: type[Section]) -> Iterator[tuple[str, str]]:
    """Yield each word of other tools that means a field of the section, with the name of the field."""
    for name, field in section.model_fields.items():
        for each in field.metadata:
            if isinstance(each, AlsoCalled):
                yield from ((word, name) for word in each.words)


def form_of_switch(value: Any) -> str:
    """Return the form of a field that is a mapping, or false for none."""
    return "<set>" if isinstance(value, Mapping | BaseModel) else "<off>"
