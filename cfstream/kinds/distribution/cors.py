"""What behaviors need so that pages of other origins can read: a response headers policy, and preflights allowed."""

from typing import Any

from cfstream.domain import document
from cfstream.kinds.distribution.behaviors import label
from cfstream.kinds.fields import Field
from cfstream.kinds.response_headers_policy import Attachment
from cfstream.values import Json, Known


def cors_fields(config: Json, wanted: Attachment | None) -> list[Field]:
    """Return the fields for ``http.cors``; none where it is not managed.

    It describes the default behavior. A policy of ours that is retired is removed from every other behavior as well.
    """
    if wanted is None:
        return []
    retired = [
        str(document.pattern(each))
        for each in document.named_behaviors(config)
        if document.response_headers_policy(each) in wanted.retired
    ]
    fields = [_carried(path, "", wanted) for path in retired]
    if wanted.policy is not None:
        fields.append(_carried("", wanted.policy, wanted))
    if wanted.policy:
        fields.append(_preflights())
    return fields


def _carried(path: str, policy: Known, wanted: Attachment) -> Field:
    """Return the policy of one behavior, shown by its name. Empty removes it."""

    def write(config: dict[str, Any], value: Any) -> None:
        document.set_response_headers_policy(document.behavior(config, path), value)

    return Field(
        f"{label(path)}cors" if path else "http.cors",
        policy,
        lambda config: document.response_headers_policy(document.behavior(config, path)),
        write,
        show=lambda value: wanted.names.get(str(value), str(value)) if value else False,
    )


def _preflights() -> Field:
    """Return the field for OPTIONS among the allowed methods, with which browsers ask before they read.

    CloudFront allows GET and HEAD, those and OPTIONS, or all seven methods (AllowedMethods).
    """

    def read(config: Json) -> bool:
        return "OPTIONS" in document.allowed_methods(document.behavior(config, ""))

    def write(config: dict[str, Any], _value: Any) -> None:
        document.allow_reading_methods(document.behavior(config, ""))

    return Field("http.cors.preflights", want=True, read=read, write=write)
