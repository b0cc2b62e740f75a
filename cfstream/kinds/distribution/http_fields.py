"""The fields under ``http`` that a spec may leave unmanaged, one entry each.

All that cfstream does with such a field follows from its entry: the desired value, the comparison with the live one,
the write, and what `plan`, `diff`, `show` and `import` display. The values of a new distribution for fields that its
spec does not have are in `domain/new_document.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from enum import Enum, auto
from functools import cached_property
from typing import Any

from cfstream.domain import document
from cfstream.domain.new_document import new_config
from cfstream.kinds.distribution import countries, error_pages, web_acl
from cfstream.kinds.distribution.lookup import Lookup
from cfstream.kinds.distribution.policies import (
    CACHE,
    ORIGIN_REQUEST,
    RESPONSE_HEADERS,
    OwnPolicies,
    PolicyKind,
)
from cfstream.kinds.function import association
from cfstream.spec.http import Behavior, Http
from cfstream.stack.fields import HazardsOf, OwnedField, WarningsOf, no_hazards, no_warnings
from cfstream.startup.frozen import dataclass
from cfstream.values import Json

_NEW = new_config("", "", "")


class Part(Enum):
    """The part of a configuration that has a field."""

    DISTRIBUTION = auto()
    ORIGIN = auto()
    """The origin of the default behavior."""
    BEHAVIOR = auto()
    """The default behavior. The spec's other behaviors have the field as well."""

    def of(self, config: Json, path: str = "") -> Any:
        """Return this part of a configuration; `path` is that of a behavior, empty for the default one."""
        if self is Part.DISTRIBUTION:
            return config
        return document.default_origin(config) if self is Part.ORIGIN else document.behavior(config, path)


def _unchanged(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class HttpField:
    """One field. Values are plain: texts, truth values, lists and mappings, as in a spec."""

    name: str
    """Its key under ``http``."""
    label: str
    """What `show` calls it."""
    part: Part
    member: str
    """The member of the part that has the value."""
    read: Callable[[Json], Any]
    """Return the value that a part of a live configuration has; for a policy, its id."""
    write: Callable[[dict[str, Any], Any], None]
    """Set the value in a part of a configuration."""
    parsed: str = ""
    """The attribute of `domain.Distribution` or `Origin` with the value, if it decides who can read."""
    changes_responses: bool = True
    """Whether it changes what a viewer gets for a URL, or whether a web page may play it.

    False for a field that changes only speed, caching or the protocol: a cname can move to a stack with another value
    of it without the hazard `cuts-viewers`.
    """
    also_usual: tuple[Any, ...] = ()
    """Further values that `import` does not write, besides that of a new distribution: defaults of CloudFront."""
    plain: Callable[[Any], Any] = _unchanged
    """Return the plain form of the model's value."""
    text: Callable[[Any], str] = str
    """Return the value for people."""
    hazards: HazardsOf = no_hazards
    warnings: WarningsOf = no_warnings
    lookup: Lookup | None = None
    """What a plan asks AWS about the value."""
    policies: PolicyKind | None = None
    """The kind of policies, if the value is the name or id of a policy."""
    resource: str = ""
    """What people call the resources that the value names, except policies; empty if it names none."""
    ids: Callable[[Any, OwnPolicies], Any] | None = None
    """Return a plain value with its names replaced by ids; None if a name is unknown. Another kind looks the ids up."""
    names: Callable[[Any], Any] = _unchanged
    """Return a value with names for the ids in it."""

    @cached_property
    def usual(self) -> tuple[Any, ...]:
        """The values that `import` does not write: that of a new distribution, and others with no meaning."""
        return self.read(self.part.of(_NEW)), *self.also_usual

    def wanted(self, value: Any, own: OwnPolicies) -> Any:
        """Return what a part of a configuration must have for a value of the model; None for an unknown name."""
        if self.policies is None:
            return self.ids(self.plain(value), own) if self.ids else self.plain(value)
        return self.policies.id_of(value, own.get(self.policies.resource, {}))

    def shown(self, want: Any, own: OwnPolicies) -> Any:
        """Return how a plan shows a value of a configuration."""
        if self.policies is None:
            return self.names(want)
        return self.policies.name_of(want, own.get(self.policies.resource, {})) if want else None

    def resources(self, value: Any) -> Iterator[str]:
        """Yield the resources of the account that a value of the model names, in words."""
        plain = self.plain(value)
        for name in plain.values() if isinstance(plain, Mapping) else (plain,):
            if name and self.resource:
                yield f"the {self.resource} {name}"
            if name and self.policies is not None and not self.policies.is_managed(name):
                yield f"the {self.policies.words} {name}"

    def imported(self, config: Json, path: str = "") -> Any:
        """Return the value that a spec of a live configuration has; None if it is a usual one, or an odd id."""
        value = self.read(self.part.of(config, path))
        if value in self.usual or (self.policies is not None and not self.policies.is_id(value)):
            return None
        return self.shown(value, {})


@dataclass(frozen=True)
class Managed:
    """A field that a spec manages, with what a part of the configuration must have."""

    entry: HttpField
    want: Any
    own: OwnPolicies = field(default_factory=dict)

    def at(self, path: str, called: str) -> OwnedField:
        """Return the owned field of the behavior at a live path. In a plan its name begins with `called`."""
        return OwnedField(
            f"{called}{self.entry.name}",
            self.want,
            lambda config: self.entry.read(self.entry.part.of(config, path)),
            lambda config, value: self.entry.write(self.entry.part.of(config, path), value),
            show=lambda value: self.entry.shown(value, self.own),
            hazards=self.entry.hazards,
            warnings=self.entry.warnings,
        )

    @property
    def shown(self) -> Any:
        return self.entry.shown(self.want, self.own)


def managed(section: Http | Behavior, own: OwnPolicies) -> tuple[Managed, ...]:
    """Return the fields that a section manages. Unknown names are left out: they are a problem."""
    found = (Managed(each, each.wanted(value, own), own) for each, value in fields_set(section))
    return tuple(each for each in found if each.want is not None)


def fields_set(section: Http | Behavior) -> Iterator[tuple[HttpField, Any]]:
    """Yield each field that the section has, with the model's value."""
    for each in HTTP_FIELDS:
        value = getattr(section, each.name, None)
        if value is not None:
            yield each, value


def described(http: Http, part: Part) -> dict[str, Any]:
    """Return the attributes of a parsed distribution, or of its origin, that the section decides."""
    return {
        each.parsed: each.plain(value)
        for each, value in fields_set(http)
        if each.parsed and each.part is part
    }


def sections(http: Http) -> Iterator[tuple[Http | Behavior, tuple[str | int, ...]]]:
    """Yield the part of a spec that may have these fields, and each of its behaviors, with their places."""
    yield http, ("http",)
    yield from ((each, ("http", "behaviors", number)) for number, each in enumerate(http.behaviors))


def policies_named(http: Http) -> Iterator[tuple[PolicyKind, str, tuple[str | int, ...]]]:
    """Yield each policy that a spec names: its kind, its name, and the place in the spec."""
    for section, path in sections(http):
        for each, value in fields_set(section):
            if each.policies is not None and value:
                yield each.policies, value, (*path, each.name)


def _member(name: str, default: Any) -> Mapping[str, Any]:
    """Return how a member is read and written that has the value itself."""

    def write(part: dict[str, Any], value: Any) -> None:
        part[name] = value

    return {"member": name, "read": lambda part: part.get(name, default), "write": write}


def _set_origin_request_policy(behavior: dict[str, Any], policy: str) -> None:
    behavior.pop("OriginRequestPolicyId", None)
    if policy:
        behavior["OriginRequestPolicyId"] = policy


def _shield(origin: Json) -> str:
    shield = origin.get("OriginShield") or {}
    return str(shield.get("OriginShieldRegion") or "") if shield.get("Enabled") else ""


def _set_shield(origin: dict[str, Any], region: str) -> None:
    origin["OriginShield"] = {"Enabled": bool(region), **({"OriginShieldRegion": region} if region else {})}


HTTP_FIELDS = (
    HttpField(
        name="default_root_object",
        label="Root object",
        part=Part.DISTRIBUTION,
        **_member("DefaultRootObject", ""),
        parsed="default_root_object",
    ),
    HttpField(
        name="ipv6",
        label="IPv6",
        part=Part.DISTRIBUTION,
        **_member("IsIPV6Enabled", default=False),
        changes_responses=False,
        also_usual=(False,),
        text=lambda value: "yes" if value else "no",
    ),
    HttpField(
        name="cache_policy",
        label="Cache policy",
        part=Part.BEHAVIOR,
        member="CachePolicyId",
        read=document.cache_policy,
        write=document.set_cache_policy,
        changes_responses=False,
        policies=CACHE,
    ),
    HttpField(
        name="origin_request_policy",
        label="Origin request policy",
        part=Part.BEHAVIOR,
        member="OriginRequestPolicyId",
        read=lambda behavior: behavior.get("OriginRequestPolicyId") or "",
        write=_set_origin_request_policy,
        policies=ORIGIN_REQUEST,
    ),
    HttpField(
        name="response_headers_policy",
        label="Response headers policy",
        part=Part.BEHAVIOR,
        member="ResponseHeadersPolicyId",
        read=lambda behavior: str(document.response_headers_policy(behavior)),
        write=document.set_response_headers_policy,
        policies=RESPONSE_HEADERS,
    ),
    HttpField(
        name="functions",
        label="Functions",
        part=Part.BEHAVIOR,
        member="FunctionAssociations",
        read=document.functions,
        write=document.set_functions,
        plain=lambda value: value.by_event,
        ids=association.arns,
        names=association.named,
        resource="function",
        text=association.text,
    ),
    HttpField(
        name="http_version",
        label="HTTP version",
        part=Part.DISTRIBUTION,
        **_member("HttpVersion", "http2"),
        changes_responses=False,
    ),
    HttpField(
        name="web_acl",
        label="Web ACL",
        part=Part.DISTRIBUTION,
        **_member("WebACLId", ""),
        hazards=web_acl.other_firewall,
        warnings=web_acl.new_firewall,
        lookup=web_acl.LOOKUP,
        resource="web ACL",
    ),
    HttpField(
        name="geo",
        label="Countries",
        part=Part.DISTRIBUTION,
        member="Restrictions",
        read=countries.read,
        write=countries.write,
        plain=countries.plain,
        text=countries.text,
        hazards=countries.more_served,
        warnings=countries.fewer_served,
    ),
    HttpField(
        name="error_pages",
        label="Error pages",
        part=Part.DISTRIBUTION,
        member="CustomErrorResponses",
        read=error_pages.read,
        write=error_pages.write,
        plain=error_pages.plain,
        text=error_pages.text,
    ),
    HttpField(
        name="origin_path",
        label="Origin path",
        part=Part.ORIGIN,
        **_member("OriginPath", ""),
        parsed="path",
    ),
    HttpField(
        name="origin_shield",
        label="Origin Shield",
        part=Part.ORIGIN,
        member="OriginShield",
        read=_shield,
        write=_set_shield,
        changes_responses=False,
    ),
)
"""In the order of the spec language."""

LOOKUPS = tuple(each.lookup for each in HTTP_FIELDS if each.lookup)
