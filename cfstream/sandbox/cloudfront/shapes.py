"""Check a request against botocore's model: required members, enumerations, lengths, and quantities.

AWS's further rules are in `rules.py`, `behaviors.py` and `aliases.py`.
"""

import functools
from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from .refusal import CloudFrontError, refuse_unless, service_model


def check(shape_name: str, value: Any) -> None:
    """Refuse a value that does not match the named shape.

    Raises InvalidArgument for a missing, unknown or too long value, and InconsistentQuantities if Quantity is not the
    number of Items.
    """
    _walk(_shape(shape_name), value, shape_name)


@functools.cache
def _shape(name: str) -> Shape:
    # botocore builds a shape each time it is requested; the members of a cached one stay resolved.
    return service_model().shape_for(name)


def _walk(shape: Shape, value: Any, name: str) -> None:
    if isinstance(shape, StructureShape):
        _walk_structure(shape, value)
    elif isinstance(shape, ListShape):
        for item in value:
            _walk(shape.member, item, name)
    elif shape.type_name == "string":
        allowed = shape.metadata.get("enum")
        if allowed and value not in allowed:
            raise CloudFrontError(
                "InvalidArgument", f"The parameter {name} must be one of {', '.join(allowed)}: '{value}'."
            )
        limit = shape.metadata.get("max")
        if limit is not None and len(value) > limit:
            raise CloudFrontError(
                "InvalidArgument", f"The parameter {name} is longer than {limit} characters."
            )


def _walk_structure(shape: StructureShape, value: Mapping[str, Any]) -> None:
    members = shape.members
    if "Quantity" in members and "Items" in members and "Quantity" in value:
        refuse_unless(
            value["Quantity"] == len(value.get("Items", ())),
            "InconsistentQuantities",
            f"The value of Quantity and the number of Items do not match in {shape.name}.",
        )
    for name in shape.required_members:
        # Items may be omitted with Quantity 0 even if the model requires it; the count was checked above.
        if name not in value and name != "Items":
            raise CloudFrontError("InvalidArgument", f"The parameter {name} is required in {shape.name}.")
    for name, content in value.items():
        _walk(members[name], content, name)
