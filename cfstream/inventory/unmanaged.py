"""Find the live settings of a distribution that its spec does not have, and so does not manage. Pure."""

from collections.abc import Callable, Iterator
from typing import Any

from cfstream.domain import Delivery, LiveDistribution, with_pattern
from cfstream.inventory.details import DistributionDetails
from cfstream.kinds.distribution.http_fields import HTTP_FIELDS, HttpField, Part
from cfstream.kinds.distribution.policies import CACHE, NEW_CACHE_POLICY
from cfstream.spec.http import Behavior, Http
from cfstream.spec.model import Spec

_NOT_OF_SPECS = ("aws:", "cfstream:")
"""The beginning of tags that no spec can have."""


def unmanaged(
    spec: Spec, live: LiveDistribution, details: DistributionDetails, shown: Callable[[HttpField, Any], Any]
) -> dict[str, Any]:
    """Return the settings that the spec does not have, by the names of their fields. Usual values are left out.

    `shown` returns the value of a field as a spec has it. Behaviors that the spec does not have are not listed.
    """
    found = {
        "comment": details.comment,
        "cnames": list(details.cnames),
        "price_class": details.price_class if details.price_class != "PriceClass_All" else "",
        "logging": details.logging,
    }
    settings = {name: value for name, value in found.items() if value and getattr(spec, name) is None}
    settings |= {
        f"tags.{key}": value
        for key, value in details.tags.items()
        if key not in (spec.tags or {}) and not key.startswith(_NOT_OF_SPECS)
    }
    if live.delivery is Delivery.HTTP:
        settings |= _of_http(spec, live, shown)
    return settings


def _of_http(spec: Spec, live: LiveDistribution, shown: Callable[[HttpField, Any], Any]) -> dict[str, Any]:
    sections: list[tuple[str, str, Http | Behavior]] = [("http", "", spec.http)]
    sections += (
        (f"http.behaviors[{each.path}]", each.path, behavior)
        for each in live.named
        if (behavior := with_pattern(spec.http.behaviors, each.path)) is not None
    )
    return {
        f"{place}.{entry.name}": shown(entry, value)
        for place, path, section in sections
        for entry, value in _absent(spec, section, live, path)
    }


def _absent(
    spec: Spec, section: Http | Behavior, live: LiveDistribution, path: str
) -> Iterator[tuple[HttpField, Any]]:
    """Yield the fields that a section could have and does not have, with their live values, if not the usual ones."""
    for entry in HTTP_FIELDS:
        could = entry.name in type(section).model_fields and (not path or entry.part is Part.BEHAVIOR)
        # The policy of the stack sets the headers of cors.
        by_cors = entry.name in Http.EXCLUDED and spec.http.cors is not None
        if could and getattr(section, entry.name) is None and not by_cors:
            value = entry.read(entry.part.of(live.config, path))
            if value not in (*entry.usual, CACHE.managed[NEW_CACHE_POLICY]):
                yield entry, value
