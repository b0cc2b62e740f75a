"""Where the values and keys of a YAML document stand in its text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from cfstream.spec.source import Spot


@dataclass
class Place:
    """A value, and where it stands: `end` is behind its last sign, comments and blank lines not counted."""

    start: int
    end: int
    flow: bool = True
    """Whether it is in brackets, or a single value; False for a block of lines."""
    quote: str = ""
    """The quotation mark of a single value that has one."""
    items: "list[Item] | None" = None
    fields: "dict[str, Pair] | None" = None


@dataclass(frozen=True)
class Item:
    """An entry of a list: as it is written there, and the value that is meant, which differs for an alias."""

    written: Place
    meant: Place

    @property
    def start(self) -> int:
        return self.written.start

    @property
    def end(self) -> int:
        return self.written.end


@dataclass(frozen=True)
class Pair(Item):
    """A field of a mapping: an item with a key before it."""

    key: Place

    @property
    def start(self) -> int:
        return self.key.start

    @property
    def end(self) -> int:
        return max(self.key.end, self.written.end)


def mappings(text: str) -> Iterator[tuple[Spot, Place]]:
    """Each document of the text that is a mapping, and where it begins."""
    return _Reader(text).mappings()


class _Reader:
    """Reads where the values of all documents stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._events = iter(YAML(typ="safe", pure=True).parse(text))
        self._anchors: dict[str, Place] = {}

    def mappings(self) -> Iterator[tuple[Spot, Place]]:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._anchors = {}
                first: Any = next(self._events)
                root = self._value(first).meant
                if root.fields is not None:
                    yield (first.start_mark.line + 1, first.start_mark.column + 1), root

    def _value(self, event: Any) -> Item:
        if isinstance(event, AliasEvent):
            written = Place(event.start_mark.index, event.end_mark.index)
            return Item(written, self._anchors.get(event.anchor, written))
        place = Place(
            event.start_mark.index, event.end_mark.index, flow=bool(getattr(event, "flow_style", True))
        )
        if event.anchor:
            self._anchors[event.anchor] = place
        last = event
        if isinstance(event, SequenceStartEvent):
            place.items = []
            while not isinstance(last := next(self._events), SequenceEndEvent):
                place.items.append(self._value(last))
        elif isinstance(event, MappingStartEvent):
            place.fields = {}
            while not isinstance(last := next(self._events), MappingEndEvent):
                place.fields[str(getattr(last, "value", ""))] = self._pair(last)
        elif isinstance(event, ScalarEvent):
            place.quote = event.style if event.style in {"'", '"'} else ""
            place.flow = event.style not in {"|", ">"}
        place.end = last.end_mark.index if place.flow else self._content_end(place)
        return Item(place, place)

    def _pair(self, key: Any) -> Pair:
        place = self._value(key).written
        value = self._value(next(self._events))
        return Pair(value.written, value.meant, place)

    def _content_end(self, place: Place) -> int:
        """Where a block really ends: its end mark stands where the next token begins, behind comments."""
        inner: list[Item] = [*(place.items or ()), *(place.fields or {}).values()]
        end = max((each.end for each in inner), default=place.end)
        return len(self._text[:end].rstrip())
