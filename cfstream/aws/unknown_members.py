"""Find the members of a reply that botocore's model does not have, before botocore drops them.

It covers the replies whose documents are sent back whole: CloudFront's Get operations, and ACLs of objects.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from cfstream.domain.unknown_members import UNKNOWN
from cfstream.startup.frozen import dataclass


def watch(client: Any) -> None:
    """Make the client's replies list their unknown members, under the name `UNKNOWN`."""
    for event in ("before-parse.cloudfront", "before-parse.s3.GetObjectAcl"):
        client.meta.events.register(event, _handle, unique_id=f"cfstream-{event}")


def _handle(operation_model: Any, response_dict: Any, customized_response_dict: Any, **_: Any) -> None:
    """Handle botocore's event: botocore adds the members of `customized_response_dict` to the reply."""
    note_unknown(operation_model, response_dict, customized_response_dict)


def is_watched(operation: Any) -> bool:
    """Return whether replies to the operation list their unknown members."""
    name: str = operation.name
    service: str = operation.service_model.service_name
    return service == "cloudfront" or name == "GetObjectAcl"


def note_unknown(operation: Any, response: Mapping[str, Any], more: dict[str, Any]) -> None:
    """Add the unknown members of a response to `more`. Error documents have none."""
    if not operation.name.startswith("Get") or response["status_code"] >= 300:
        return
    found = unknown_in(operation.output_shape, response["body"])
    if found:
        more[UNKNOWN] = found


def unknown_in(shape: Any, body: bytes) -> list[str]:
    """Return the dotted paths of elements in a rest-xml body that the output shape does not have, each once.

    A body that is not XML has none. botocore's own parser reports it.
    """
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 (AWS's own reply, which botocore parses in the same way)
    except ElementTree.ParseError:
        return []
    path, known = _expected(shape)
    return sorted(set(_walk(known, root, path)))


@dataclass
class _Known:
    """The possible content of an element: its members by element name, or the items of a list."""

    members: Mapping[str, "tuple[str, _Known | None]"] = field(default_factory=dict)
    """By element name: the path below the parent, and the possible content; None for a scalar."""


@lru_cache(maxsize=256)
def _expected(shape: Any) -> tuple[str, _Known | None]:
    """Return the path of the body in the reply, and the possible content of its root element.

    Cached for each shape, because shapes look up every detail each time, which takes longer than parsing the reply.
    """
    payload = shape.serialization.get("payload")
    known: dict[str, _Known] = {}
    if payload is None:
        return "", _known(shape, known)
    return f".{payload}", _known(shape.members[payload], known)


def _known(shape: Any, known: dict[str, _Known]) -> _Known | None:
    if shape.type_name not in ("structure", "list", "map"):
        return None
    if shape.name in known:
        return known[shape.name]
    made = known[shape.name] = _Known()
    if shape.type_name == "structure":
        made.members = {
            _element_name(name, member): (f".{name}", _known(_repeated(member), known))
            for name, member in shape.members.items()
        }
    elif shape.type_name == "list":
        made.members = {shape.member.serialization.get("name", "member"): ("", _known(shape.member, known))}
    else:
        made.members = {"entry": ("", _entry(shape, known))}
    return made


def _entry(shape: Any, known: dict[str, _Known]) -> _Known:
    """Return the possible content of an entry of a map."""
    key, value = (
        part.serialization.get("name", name) for part, name in ((shape.key, "key"), (shape.value, "value"))
    )
    return _Known({key: ("", None), value: ("", _known(shape.value, known))})


def _repeated(member: Any) -> Any:
    """Return the shape of one element of a member. A flattened list has an element for each item, without a wrapper."""
    if not member.serialization.get("flattened"):
        return member
    return member.member if member.type_name == "list" else member


def _element_name(name: str, member: Any) -> str:
    """Return the name of a member's element; for a flattened list, that of its items (botocore.parsers)."""
    if member.type_name == "list" and member.serialization.get("flattened"):
        item: str | None = member.member.serialization.get("name")
        if item is not None:
            return item
    return str(member.serialization.get("name", name))


def _walk(known: _Known | None, element: ElementTree.Element, path: str) -> Iterator[str]:
    """Compare elements only: attributes like ``xsi:type`` are not members that a document could lose."""
    if known is None:
        return
    for child in element:
        name = child.tag.rpartition("}")[2]
        found = known.members.get(name)
        if found is None:
            yield f"{path}.{name}"[1:]
        elif found[1] is not None:
            yield from _walk(found[1], child, path + found[0])
