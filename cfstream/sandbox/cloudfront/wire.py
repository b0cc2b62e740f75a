"""Translate between HTTP and Python: the operation of a request, its parameters, and the answer's XML.

Everything is derived from botocore's model of the service (rest-xml), and only well-formedness is checked. `shapes.py`
and the rules check the content.
"""

import functools
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

from botocore.model import ListShape, OperationModel, Shape, StructureShape

from .refusal import CloudFrontError, demand, service_model

NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
Response = tuple[int, dict[str, str], bytes]

_SCALARS: dict[str, Callable[[str], Any]] = {
    "boolean": {"true": True, "false": False}.__getitem__,
    "integer": int,
    "long": int,
    "double": float,
}


@dataclass(frozen=True)
class OperationRoute:
    """The address of one operation: literal or `{label}` segments, and required query parameters (`WithTags`)."""

    operation: OperationModel
    segments: tuple[str, ...]
    query: tuple[tuple[str, str], ...]

    def labels(self, segments: tuple[str, ...], query: Mapping[str, str]) -> dict[str, str] | None:
        """Return the labels in the path if the request is for this operation, otherwise None."""
        if any(query.get(key) != value for key, value in self.query):
            return None
        labels = {}
        for template, segment in zip(self.segments, segments, strict=True):
            if template.startswith("{"):
                labels[template.strip("{}+")] = unquote(segment)
            elif template != segment:
                return None
        return labels


@functools.cache
def _routes() -> dict[tuple[str, int], list[OperationRoute]]:
    table: dict[tuple[str, int], list[OperationRoute]] = {}
    model = service_model()
    for name in model.operation_names:
        operation = model.operation_model(name)
        path, _, query = operation.http["requestUri"].partition("?")
        segments = tuple(path.strip("/").split("/"))
        route = OperationRoute(operation, segments, tuple(parse_qsl(query, keep_blank_values=True)))
        table.setdefault((operation.http["method"], len(segments)), []).append(route)
    for routes in table.values():
        # POST /distribution?WithTags also matches POST /distribution, so the more specific route is first.
        routes.sort(key=lambda route: -len(route.query))
    return table


def parse(
    method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> tuple[OperationModel, dict[str, Any]]:
    """Return the operation of a request, and its parameters by the model's member names.

    Raises UnsupportedOperation for an unknown address, MissingBody, and MalformedXML.
    """
    segments = tuple(path.strip("/").split("/"))
    asked = dict(parse_qsl(query, keep_blank_values=True))
    for route in _routes().get((method, len(segments)), ()):
        labels = route.labels(segments, asked)
        if labels is not None:
            return route.operation, _parameters(route.operation, labels, asked, headers, body)
    raise CloudFrontError("UnsupportedOperation", f"No CloudFront operation is at {method} {path}.")


def _parameters(
    operation: OperationModel,
    labels: Mapping[str, str],
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
) -> dict[str, Any]:
    shape = operation.input_shape
    if shape is None:
        return {}
    lowered = {name.lower(): value for name, value in headers.items()}
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        key = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri":
                found[name] = labels[key]
            case "querystring" if key in query:
                found[name] = query[key]
            case "header" if key.lower() in lowered:
                found[name] = lowered[key.lower()]
    payload = shape.serialization.get("payload")
    if payload:
        if not body.strip():
            raise CloudFrontError("MissingBody")
        found[payload] = _read(shape.members[payload], _root(body))
    elif body.strip():
        found |= _read(shape, _root(body))
    for name in shape.required_members:
        demand(name in found, f"The parameter {name} is required.")
    return found


def _root(body: bytes) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(body)  # noqa: S314 - expat refuses entity bombs, and clients are local
    except ElementTree.ParseError as error:
        raise CloudFrontError("MalformedXML", f"The XML you provided is not well formed: {error}.") from error


def _read(shape: Shape, node: ElementTree.Element) -> Any:
    if isinstance(shape, StructureShape):
        return _read_structure(shape, node)
    if isinstance(shape, ListShape):
        return [_read(shape.member, child) for child in node]
    text = node.text or ""
    try:
        return _SCALARS.get(shape.type_name, str)(text)
    except (KeyError, ValueError):
        message = f"'{text}' is not a valid {shape.type_name} ({_local(node)})."
        raise CloudFrontError("MalformedXML", message) from None


def _local(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]


def _read_structure(shape: StructureShape, node: ElementTree.Element) -> dict[str, Any]:
    names = {
        member.serialization.get("name", name): (name, member)
        for name, member in shape.members.items()
        if "location" not in member.serialization
    }
    found = {}
    for child in node:
        tag = _local(child)
        if tag not in names:
            # AWS refuses unknown elements; dropping one silently would lose the sender's intent.
            raise CloudFrontError("MalformedXML", f"Unexpected element {tag} in {_local(node)}.")
        name, member = names[tag]
        content = _read(member, child)
        # An empty list means the same as the Quantity of 0 beside it, and AWS does not return it.
        if content != []:
            found[name] = content
    return found


def answer(operation: OperationModel, result: Mapping[str, Any]) -> Response:
    """Return the HTTP response of a successful operation: status, headers, and body by the model's output shape."""
    headers = {"x-amzn-RequestId": str(uuid.uuid4()), "Content-Type": "text/xml"}
    shape = operation.output_shape
    body = ""
    if shape is not None:
        for name, member in shape.members.items():
            if member.serialization.get("location") == "header" and name in result:
                headers[member.serialization["name"]] = str(result[name])
        payload = shape.serialization.get("payload")
        root = payload or shape.name
        inner = (
            _write(root, shape.members[payload], result[payload]) if payload else _write(root, shape, result)
        )
        # The root element gets the namespace, which botocore does not need but other clients may.
        body = '<?xml version="1.0"?>\n' + inner.replace(f"<{root}>", f'<{root} xmlns="{NAMESPACE}">', 1)
    return int(operation.http["responseCode"]), headers, body.encode()


def refusal(refused: CloudFrontError) -> Response:
    """Return the HTTP response for an error, in CloudFront's ErrorResponse."""
    request_id = str(uuid.uuid4())
    body = (
        f'<?xml version="1.0"?>\n<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type>'
        f"<Code>{refused.code}</Code><Message>{refused.message.translate(_ESCAPED)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return refused.status, {"x-amzn-RequestId": request_id, "Content-Type": "text/xml"}, body.encode()


@functools.cache
def _elements(shape: StructureShape) -> tuple[tuple[str, str, Shape], ...]:
    """Return the name, the tag and the shape of each member that is in the body."""
    return tuple(
        (name, member.serialization.get("name", name), member)
        for name, member in shape.members.items()
        if "location" not in member.serialization
    )


def _write_members(shape: StructureShape, value: Mapping[str, Any]) -> str:
    return "".join(
        [
            _write(tag, member, value[name])
            for name, tag, member in _elements(shape)
            if value.get(name) is not None
        ]
    )


_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def _write(tag: str, shape: Shape, value: Any) -> str:
    if isinstance(shape, StructureShape):
        inner = _write_members(shape, value)
    elif isinstance(shape, ListShape):
        item = shape.member.serialization.get("name", "member")
        inner = "".join([_write(item, shape.member, entry) for entry in value])
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    elif shape.type_name == "timestamp":
        moment = datetime.fromtimestamp(value, UTC)
        inner = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    else:
        inner = str(value).translate(_ESCAPED)
    return f"<{tag}>{inner}</{tag}>"
