"""What behaviors need for pages of other origins: a response headers policy, and allowed preflights."""

from collections.abc import Sequence
from typing import Any

from cfstream.domain import document, with_pattern
from cfstream.domain.path_pattern import HasPath
from cfstream.kinds.distribution.behaviors import label
from cfstream.kinds.response_headers_policy import Attachment
from cfstream.stack.fields import OwnedField
from cfstream.values import Json, Known


def cors_fields(config: Json, wanted: Attachment | None, named: Sequence[HasPath] = ()) -> list[OwnedField]:
    """Return the fields for ``http.cors``; none if it is not managed.

    They are those of the default behavior. An owned policy that is retired is also removed from other behaviors.
    `named` are the behaviors of the spec, whose spelling of a path the plan uses.
    """
    if wanted is None:
        return []
    retired = [
        str(document.pattern(each))
        for each in document.named_behaviors(config)
        if document.response_headers_policy(each) in wanted.retired
    ]
    fields = []
    for path in retired:
        same = with_pattern(named, path)
        fields.append(_attached(path, "", wanted, called=same.path if same else path))
    if wanted.policy is not None:
        fields.append(_attached("", wanted.policy, wanted))
    if wanted.policy:
        fields.append(_preflights())
    return fields


def _attached(path: str, policy: Known, wanted: Attachment, called: str = "") -> OwnedField:
    """Return the policy of one behavior, shown by its name. Empty removes it."""

    def write(config: dict[str, Any], value: Any) -> None:
        document.set_response_headers_policy(document.behavior(config, path), value)

    return OwnedField(
        f"{label(called)}cors" if path else "http.cors",
        policy,
        lambda config: document.response_headers_policy(document.behavior(config, path)),
        write,
        show=lambda value: wanted.names.get(str(value), str(value)) if value else False,
    )


def _preflights() -> OwnedField:
    """Return the field for OPTIONS among the allowed methods, with which browsers ask before they read.

    CloudFront allows GET and HEAD, those and OPTIONS, or all seven methods (AllowedMethods).
    """

    def read(config: Json) -> bool:
        return "OPTIONS" in document.allowed_methods(document.behavior(config, ""))

    def write(config: dict[str, Any], _value: Any) -> None:
        document.allow_reading_methods(document.behavior(config, ""))

    return OwnedField("http.cors.preflights", want=True, read=read, write=write)
