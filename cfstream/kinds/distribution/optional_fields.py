"""The fields that a spec need not have. cfstream leaves the live value of an absent one as it is. Pure."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from cfstream.domain import with_pattern
from cfstream.errors import Notice
from cfstream.kinds.distribution.http_fields import fields_set
from cfstream.spec.http import Behavior, Http
from cfstream.spec.model import Spec
from cfstream.spec.wording import as_written

OPTIONAL = ("comment", "cnames", "price_class", "logging", "dns")


def no_longer_managed(old: Spec, new: Spec, since: str = "") -> Notice | None:
    """Return a notice of the fields that the old spec manages and the new one does not have; None without any.

    `since` names the version of the old spec.
    """
    if old.delivery != new.delivery:
        return None
    now = dict(_managed(new))
    left = {name: value for name, value in _managed(old) if name not in now and not _is_unlisted(name, new)}
    if not left:
        return None
    listed = ", ".join(f"{name}: {as_written(value)}" for name, value in left.items())
    when = f" since {since}" if since else ""
    return Notice(f"AWS keeps what is no longer in the spec{when}: {listed}", always=True)


def _managed(spec: Spec) -> Iterator[tuple[str, Any]]:
    """Yield each optional field that the spec has, with its value."""
    for name in OPTIONAL:
        value = getattr(spec, name)
        if value is not None:
            yield name, _plain(value)
    for key, value in (spec.tags or {}).items():
        yield f"tags.{key}", value
    if spec.delivery == "http":
        yield from _of_section("http", spec.http)
        for each in spec.http.behaviors:
            yield from _of_section(f"http.behaviors[{each.path}]", each)


def _of_section(place: str, section: Http | Behavior) -> Iterator[tuple[str, Any]]:
    for each, value in fields_set(section):
        yield f"{place}.{each.name}", each.plain(value)
    if isinstance(section, Http) and section.cors is not None:
        yield f"{place}.cors", _plain(section.cors)


def _is_unlisted(name: str, spec: Spec) -> bool:
    """Return whether a field is one of a behavior that the spec does not have: that has a notice of its own."""
    above, bracket, rest = name.partition("[")
    path = rest.rpartition("]")[0]
    return bool(bracket) and above == "http.behaviors" and not with_pattern(spec.http.behaviors, path)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_defaults=True)
    return list(value) if isinstance(value, tuple) else value
