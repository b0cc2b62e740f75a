"""The cache policies that AWS manages, by name; their ids are the same in all accounts
(Developer Guide, "Use managed cache policies").
"""

import re
from collections.abc import Mapping

MANAGED: Mapping[str, str] = {
    "CachingOptimized": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "CachingDisabled": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "CachingOptimizedForUncompressedObjects": "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
    "Elemental-MediaPackage": "08627262-05a9-4f76-9ded-b50ca2e3a84f",
    "UseOriginCacheControlHeaders": "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
    "UseOriginCacheControlHeaders-QueryStrings": "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
}

_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def needs_lookup(name: str) -> bool:
    """Whether `name` is neither managed nor an id, so that the account's own policies must be listed."""
    return name.removeprefix("Managed-") not in MANAGED and not _UUID.match(name)


def id_of(name: str, own: Mapping[str, str]) -> str | None:
    """The id of a policy given by name or id; `own` are the account's own, id by name. None when there is none."""
    if _UUID.match(name):
        return name
    return MANAGED.get(name.removeprefix("Managed-")) or own.get(name)


def name_of(policy_id: str, own: Mapping[str, str]) -> str:
    """The name of a policy, for people; the id itself where no name is known."""
    known = {**{id_: name for name, id_ in MANAGED.items()}, **{id_: name for name, id_ in own.items()}}
    return known.get(policy_id, policy_id)
