"""What behaviors need so that pages of other origins may read: the response headers policy, and preflights let in."""

from typing import Any

from cfstream.kinds.distribution.behaviors import behavior, label, paths
from cfstream.kinds.distributions import counted, items
from cfstream.kinds.fields import Field
from cfstream.kinds.response_headers_policy import Attachment
from cfstream.values import Json, Known

MEMBER = "ResponseHeadersPolicyId"


def cors_fields(config: Json, wanted: Attachment | None) -> list[Field]:
    """The fields for ``http.cors``; none where it is not managed.

    It speaks of the default behavior; a policy of ours that is retired comes off every other one as well.
    """
    if wanted is None:
        return []
    retired = [path for path in paths(config) if behavior(config, path).get(MEMBER) in wanted.retired]
    fields = [_carried(path, "", wanted) for path in retired]
    if wanted.policy is not None:
        fields.append(_carried("", wanted.policy, wanted))
    if wanted.policy:
        fields.append(_preflights())
    return fields


def _carried(path: str, policy: Known, wanted: Attachment) -> Field:
    """The policy of one behavior, by its name in the plan. Empty takes it off."""

    def write(config: dict[str, Any], value: Any) -> None:
        behavior(config, path)[MEMBER] = value

    return Field(
        f"{label(path)}cors" if path else "http.cors",
        policy,
        lambda config: behavior(config, path).get(MEMBER) or "",
        write,
        show=lambda value: wanted.names.get(str(value), str(value)) if value else False,
    )


def _preflights() -> Field:
    """OPTIONS among the allowed methods: browsers ask by it before they read (AllowedMethods: GET and HEAD, those and
    OPTIONS, or all seven).
    """

    def read(config: Json) -> bool:
        return "OPTIONS" in items(config["DefaultCacheBehavior"].get("AllowedMethods"))

    def write(config: dict[str, Any], _value: Any) -> None:
        live = config["DefaultCacheBehavior"].get("AllowedMethods") or {}
        config["DefaultCacheBehavior"]["AllowedMethods"] = {**live, **counted(["GET", "HEAD", "OPTIONS"])}

    return Field("http.cors.preflights", want=True, read=read, write=write)
