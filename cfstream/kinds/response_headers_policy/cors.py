"""The CORS settings of a response headers policy: the fields that ``http.cors`` owns, and what players need.

Methods, headers and exposed headers get what is missing and lose nothing, so that additions of others stay.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from cfstream.domain import counted, items
from cfstream.spec.http.behaviors import Cors
from cfstream.stack.fields import OwnedField
from cfstream.values import Json

CORS = "CorsConfig"

METHODS = ("GET", "HEAD", "OPTIONS")
WILDCARDS = frozenset({"*", "ALL"})
HEADERS = (
    "Accept",
    "Cache-Control",
    "Content-Type",
    "If-Modified-Since",
    "If-None-Match",
    "Origin",
    "Range",
    "X-Requested-With",
)
"""The headers that players send. With credentials, ``*`` is a header name and not a wildcard (Fetch Standard)."""
EXPOSED = ("Accept-Ranges", "Age", "Content-Length", "Content-Range", "Date", "ETag")
"""The headers of a response that players read."""
MAX_AGE_SECONDS = 600


def cors_fields(name: str, cors: Cors, live: Json) -> list[OwnedField]:
    """Return the fields of a policy that the spec sets or needs. `live` is the policy's current config."""
    bound = cors.credentials
    return [
        OwnedField("http.cors.name", name, lambda config: config.get("Name"), _write_name),
        _listed("http.cors.origins", "AccessControlAllowOrigins", {*cors.origins}),
        _flag("http.cors.credentials", "AccessControlAllowCredentials", want=cors.credentials),
        _completed("http.cors.methods", "AccessControlAllowMethods", METHODS, live, bound=bound),
        _completed("http.cors.headers", "AccessControlAllowHeaders", HEADERS, live, bound=bound),
        _completed("http.cors.exposed", "AccessControlExposeHeaders", EXPOSED, live, bound=bound),
        _flag("http.cors.override", "OriginOverride", want=True),
    ]


def _write_name(config: dict[str, Any], value: Any) -> None:
    config["Name"] = value


def _part(config: Json, member: str) -> Any:
    return (config.get(CORS) or {}).get(member)


def _flag(path: str, member: str, *, want: bool) -> OwnedField:
    def write(config: dict[str, Any], value: Any) -> None:
        config[CORS] = {**(config.get(CORS) or {}), member: value}

    return OwnedField(path, want, lambda config: _part(config, member), write)


def _listed(path: str, member: str, want: Iterable[str]) -> OwnedField:
    def write(config: dict[str, Any], value: Any) -> None:
        config[CORS] = {**(config.get(CORS) or {}), member: counted(value)}

    return OwnedField(
        path, tuple(sorted(want)), lambda config: tuple(sorted(items(_part(config, member)))), write
    )


def _completed(path: str, member: str, needed: Sequence[str], live: Json, *, bound: bool) -> OwnedField:
    """Return a field that adds what is missing from a list. With credentials (`bound`), wildcards do not count."""
    have = items(_part(live, member))
    if not bound and not WILDCARDS.isdisjoint(have):
        return _listed(path, member, have)
    kept = [name for name in have if name not in WILDCARDS]
    known = {name.lower() for name in kept}
    return _listed(path, member, [*kept, *(name for name in needed if name.lower() not in known)])


def shown(config: Json) -> Json | None:
    """Return the CORS settings of a policy for `show`; None if it has none."""
    cors = config.get(CORS)
    if not cors:
        return None
    lists = {
        "origins": "AccessControlAllowOrigins",
        "methods": "AccessControlAllowMethods",
        "headers": "AccessControlAllowHeaders",
        "exposed": "AccessControlExposeHeaders",
    }
    return {
        **{name: sorted(items(cors.get(member))) for name, member in lists.items()},
        "credentials": bool(cors.get("AccessControlAllowCredentials")),
        "max_age_seconds": cors.get("AccessControlMaxAgeSec"),
        "override": bool(cors.get("OriginOverride")),
    }
