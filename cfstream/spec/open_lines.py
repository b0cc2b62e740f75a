"""Find the mappings and lists that are open at a line, from the indentation of the lines above it."""

import re
from collections.abc import Iterable
from dataclasses import field

from cfstream.spec.source import EXTENSION
from cfstream.spec.syntax import has_something
from cfstream.spec.unknown_keys import forms_of, meant_here, sections
from cfstream.startup.frozen import dataclass

_FIELD = re.compile(
    r"""(?P<indent>\s*)(?P<dash>- +)?(?P<quote>["']?)(?P<key>[^\s"':{}\[\],#]+)(?P=quote)\s*:"""
)


@dataclass
class OpenLine:
    """The last line of a mapping or a list that can go on."""

    column: int
    number: int
    is_item: bool
    path: tuple[str, ...] = ()
    """The keys that lead to the mapping or the list."""
    keys: set[str] = field(default_factory=set)
    """The keys that the mapping has already."""

    def has_a_place_for(self, line: str) -> bool:
        """Return whether the key of a line means a field of this mapping, or of an entry of this list."""
        found = _FIELD.match(line)
        key = found["key"] if found else ""
        if not key:
            return True  # it is text of several lines
        if key in self.keys:
            return False
        if self.path and (self.path[-1], "") not in sections():
            return True  # the keys of tags are the user's own
        if not self.path and key.startswith(EXTENSION):
            return True
        forms = forms_of(self.path[-1]) if self.path else ()
        return any(key in form.model_fields for form in forms) or meant_here(key, self.path) is not None


def open_lines(lines: Iterable[tuple[int, str]]) -> list[OpenLine]:
    """Return what is open after lines with their numbers, from the outermost to the innermost."""
    opened: list[OpenLine] = []
    keys: dict[int, str] = {}
    for number, line in lines:
        if not has_something(line):
            continue
        indent = len(line) - len(line.lstrip())
        is_item = line.lstrip().startswith("- ")
        column = len(line) - len(re.sub(r"^\s*(- +)?", "", line))
        same = next(
            (each for each in opened if each.column == column and not is_item and not each.is_item), None
        )
        opened = [each for each in opened if each.column < indent + (is_item and not each.is_item)]
        found = _FIELD.match(line)
        key = found["key"] if found else ""
        keys = {each: word for each, word in keys.items() if each < column}
        path = tuple(word for each, word in sorted(keys.items()) if word)
        if is_item:
            opened.append(OpenLine(indent, number, is_item=True, path=path))
        known = same.keys if same else set()
        opened.append(OpenLine(column, number, is_item=False, path=path, keys=known | {key}))
        keys[column] = key
    return opened
