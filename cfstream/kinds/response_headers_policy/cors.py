"""What a response headers policy says of CORS: the fields of it that ``http.cors`` owns, and what players need beside.

Methods, headers and exposed headers are completed and never cut down, so that what somebody added stays.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from cfstream.domain import counted, items
from cfstream.spec.http import Cors
from cfstream.stack.fields import Field
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
"""What players send. Beside credentials ``*`` is a header of that name and no wildcard (Fetch Standard)."""
EXPOSED = ("Accept-Ranges", "Age", "Content-Length", "Content-Range", "Date", "ETag")
"""What players want to read of an answer."""
MAX_AGE_SECONDS = 600


def cors_fields(name: str, cors: Cors, live: Json) -> list[Field]:
    """What of a policy the spec speaks of, and what that needs to work; `live` is what it says now."""
    bound = cors.credentials
    return [
        Field("http.cors.name", name, lambda config: config.get("Name"), _write_name),
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


def _flag(path: str, member: str, *, want: bool) -> Field:
    def write(config: dict[str, Any], value: Any) -> None:
        config[CORS] = {**(config.get(CORS) or {}), member: value}

    return Field(path, want, lambda config: _part(config, member), write)


def _listed(path: str, member: str, want: Iterable[str]) -> Field:
    def write(config: dict[str, Any], value: Any) -> None:
        config[CORS] = {**(config.get(CORS) or {}), member: counted(value)}

    return Field(path, tuple(sorted(want)), lambda config: tuple(sorted(items(_part(config, member)))), write)


def _completed(path: str, member: str, needed: Sequence[str], live: Json, *, bound: bool) -> Field:
    """A list as it is, completed by what is needed; with credentials wildcards are no longer any (`bound`)."""
    have = items(_part(live, member))
    if not bound and not WILDCARDS.isdisjoint(have):
        return _listed(path, member, have)
    kept = [name for name in have if name not in WILDCARDS]
    known = {name.lower() for name in kept}
    return _listed(path, member, [*kept, *(name for name in needed if name.lower() not in known)])
