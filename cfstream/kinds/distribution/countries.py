"""The countries that a distribution serves (``http.geo``)."""

from collections.abc import Iterator, Mapping
from typing import Any

from cfstream.domain import counted, items
from cfstream.spec.countries import COUNTRIES
from cfstream.spec.http.viewers import Geo
from cfstream.spec.wording import some_of
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.values import Json

NAMED_COUNTRIES = 5
"""Countries that a hazard or a warning lists."""
REFUSED_COUNTRIES = 20
"""Countries that `explain` lists."""

_GEO: Mapping[str, str] = {"allow": "whitelist", "block": "blacklist"}


def plain(geo: Geo) -> dict[str, list[str]]:
    """Return what a spec says in plain form, the codes sorted."""
    return {name: sorted(codes) for name in _GEO if (codes := getattr(geo, name))}


def read(config: Json) -> dict[str, list[str]]:
    """Return what a configuration has, in the same form; empty without a restriction."""
    live = (config.get("Restrictions") or {}).get("GeoRestriction") or {}
    return {name: sorted(items(live)) for name, kind in _GEO.items() if live.get("RestrictionType") == kind}


def write(config: dict[str, Any], geo: dict[str, list[str]]) -> None:
    """Set the restriction of a configuration."""
    kind, codes = next(((_GEO[name], codes) for name, codes in geo.items()), ("none", []))
    config["Restrictions"] = {
        **(config.get("Restrictions") or {}),
        "GeoRestriction": {"RestrictionType": kind, **counted(codes)},
    }


def more_served(before: dict[str, list[str]], after: dict[str, list[str]]) -> tuple[Hazard, ...]:
    """Return a hazard if countries are served afterwards that were not before."""
    gained = sorted(_served(after) - _served(before))
    text = f"viewers in {some_of(gained, NAMED_COUNTRIES)} are served, and were refused before"
    return (Hazard(HazardName.LOSES_FIREWALL, text),) if gained else ()


def fewer_served(before: dict[str, list[str]], after: dict[str, list[str]]) -> Iterator[str]:
    """Yield which viewers are refused afterwards that were served before."""
    lost = sorted(_served(before) - _served(after))
    if not lost:
        return
    many = len(lost) > NAMED_COUNTRIES and "allow" in after
    who = (
        f"all countries but {some_of(after['allow'], NAMED_COUNTRIES)}"
        if many
        else some_of(lost, NAMED_COUNTRIES)
    )
    yield f"viewers in {who} get 403 after this change, also with a valid signature"


def _served(geo: dict[str, list[str]]) -> frozenset[str]:
    return frozenset(geo["allow"]) if "allow" in geo else COUNTRIES.difference(geo.get("block", ()))


def refusals(config: Json) -> Iterator[str]:
    """Yield which viewers get 403 because of their country, whatever they sign."""
    for kind, codes in read(config).items():
        where = "outside" if kind == "allow" else "in"
        yield f"viewers {where} {some_of(codes, REFUSED_COUNTRIES)} get 403, also with a valid signature"


def text(geo: dict[str, list[str]]) -> str:
    """Return the restriction on one line."""
    return "; ".join(f"{name} {', '.join(codes)}" for name, codes in geo.items())
