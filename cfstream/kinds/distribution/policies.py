"""The policies that a behavior refers to by id, and a spec by name.

The policies that AWS manages have the same ids in all accounts (Developer Guide, "Use managed cache policies", "Use
managed origin request policies", "Use managed response headers policies"). The account's own ones must be listed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from cfstream.errors import Refused
from cfstream.ports import Call, Reads
from cfstream.stack.shown import Referred
from cfstream.startup.frozen import dataclass

_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


@dataclass(frozen=True)
class PolicyKind:
    """One of the three kinds of policies."""

    words: str
    """What people call it."""
    resource: str
    """What the API calls it: the member of a list's row that has the policy."""
    listing: Call
    """Lists the account's own policies."""
    managed: Mapping[str, str]
    """The ids of the policies that AWS manages, by name."""

    def is_id(self, text: str) -> bool:
        """Return whether a text is the id of a policy, of one that AWS manages or of another one."""
        return text in self.managed.values() or bool(_UUID.match(text))

    def is_managed(self, name: str) -> bool:
        """Return whether a text is the name or the id of a policy that AWS manages."""
        return name.removeprefix("Managed-") in self.managed or name in self.managed.values()

    def needs_lookup(self, name: str) -> bool:
        """Return whether `name` is neither managed nor an id, so that the account's own policies must be listed."""
        return not self.is_managed(name) and not _UUID.match(name)

    def own(self, aws: Reads) -> Mapping[str, str]:
        """Return the ids of the account's policies by name. Raises as `Reads.items`."""
        rows = [row[self.resource] for row in aws.items(self.listing)]
        return {row[f"{self.resource}Config"]["Name"]: row["Id"] for row in rows}

    def referred(self, aws: Reads, ids: Iterable[str]) -> Iterator[Referred]:
        """Yield the account's own policies among these ids, or why their names cannot be read."""
        own = {each for each in ids if each and each not in self.managed.values()}
        if not own:
            return
        try:
            names = self.own(aws)
        except Refused as refusal:
            yield Referred("", unread=f"{self.words} names are missing: {refusal.what}")
            return
        yield from (Referred(id_, name) for name, id_ in names.items() if id_ in own)

    def id_of(self, name: str, own: Mapping[str, str]) -> str | None:
        """Return the id of a policy given by name or id; None if it does not exist. An empty name means none."""
        if not name or _UUID.match(name):
            return name
        return self.managed.get(name.removeprefix("Managed-")) or own.get(name)

    def name_of(self, policy_id: str, own: Mapping[str, str]) -> str:
        """Return the name of a policy, for people; the id itself if no name is known."""
        known = {id_: name for names in (self.managed, own) for name, id_ in names.items()}
        return known.get(policy_id, policy_id)


NEW_CACHE_POLICY = "CachingOptimized"
"""The cache policy of a new distribution, if the spec does not name one."""

CACHE = PolicyKind(
    "cache policy",
    "CachePolicy",
    Call("cloudfront", "list_cache_policies", {"Type": "custom"}),
    {
        "CachingOptimized": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "CachingDisabled": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "CachingOptimizedForUncompressedObjects": "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
        "Elemental-MediaPackage": "08627262-05a9-4f76-9ded-b50ca2e3a84f",
        "UseOriginCacheControlHeaders": "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
        "UseOriginCacheControlHeaders-QueryStrings": "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
    },
)

ORIGIN_REQUEST = PolicyKind(
    "origin request policy",
    "OriginRequestPolicy",
    Call("cloudfront", "list_origin_request_policies", {"Type": "custom"}),
    {
        "CORS-S3Origin": "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
        "CORS-CustomOrigin": "59781a5b-3903-41f3-afcb-af62929ccde1",
        "AllViewer": "216adef6-5c7f-47e4-b989-5492eafa07d3",
        "AllViewerExceptHostHeader": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        "HostHeaderOnly": "bf0718e1-ba1e-49d1-88b1-f726733018ae",
        "UserAgentRefererHeaders": "acba4595-bd28-49b8-b9fe-13317c0390fa",
        "Elemental-MediaTailor-PersonalizedManifests": "775133bc-15f2-49f9-abea-afb2e0bf67d2",
    },
)

RESPONSE_HEADERS = PolicyKind(
    "response headers policy",
    "ResponseHeadersPolicy",
    Call("cloudfront", "list_response_headers_policies"),
    {
        "SimpleCORS": "60669652-455b-4ae9-85a4-c4c02393f86c",
        "CORS-With-Preflight": "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
        "CORS-and-SecurityHeadersPolicy": "e61eb60c-9c35-4d20-a928-2b84e02af89c",
        "CORS-with-preflight-and-SecurityHeadersPolicy": "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
        "SecurityHeadersPolicy": "67f7725c-6f97-4210-82d7-5512b31e9d03",
    },
)

FORWARDING_HOST = frozenset({"AllViewer", "HostHeaderOnly"})
"""Managed policies that forward the viewer's Host: S3 takes it for the name of a bucket, and refuses the request
(Developer Guide, "Use managed origin request policies").
"""

POLICY_KINDS = (CACHE, ORIGIN_REQUEST)
"""The kinds that only distributions use: the response headers policies are a kind of resource."""

OwnPolicies: TypeAlias = Mapping[str, Mapping[str, str]]
"""The ids of the account's own policies, by the API's name of their kind and by their name.

For other resources that a field names, the ids are by the name of their kind.
"""


def known_policies(own: OwnPolicies) -> tuple[Referred, ...]:
    """Return the policies of AWS and of the account by their names in specs."""
    return (*_MANAGED, *(Referred(id_, name) for names in own.values() for name, id_ in names.items()))


_MANAGED = tuple(
    Referred(id_, name) for kind in (*POLICY_KINDS, RESPONSE_HEADERS) for name, id_ in kind.managed.items()
)


def read_own(aws: Reads, named: Iterable[tuple[PolicyKind, str]]) -> OwnPolicies:
    """Return the account's own policies of each kind that a name needs. Raises as `Reads.items`."""
    asked = {kind.resource: kind for kind, name in named if kind.needs_lookup(name)}
    return {resource: kind.own(aws) for resource, kind in asked.items()}
