"""What viewers can get, list and write through one configuration of a distribution.

The sources are the Developer Guide, "Specify a default root object", "Cache behavior settings", "Origin settings",
"Restrict access to an Amazon S3 origin", "Optimize high availability with CloudFront origin failover" and "Specify
signers".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.evaluator import callers, s3
from tests.evaluator.callers import ANYONE, Caller
from tests.evaluator.logic import Answer, any_of
from tests.evaluator.matching import path_matches
from tests.evaluator.state import Distribution, Json, State, Version

May = Callable[[str, Caller, str, str], Answer]
"""Whether a caller may do something (the last argument) with a key of a bucket, or with the bucket (no key)."""

METHODS = {s3.PUT: "PUT", s3.DELETE: "DELETE"}
"""The method by which a viewer asks for an action on an object."""

DOMAIN = re.compile(
    r"(?P<bucket>.+?)\.s3(?:[.-](?:dualstack\.)?(?P<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com(?:\.cn)?"
)
WEBSITE = re.compile(r"(?P<bucket>.+?)\.s3-website[.-](?:[a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?")


@dataclass(frozen=True)
class Source:
    """Where a behavior gets objects: a bucket, the folder in it, and who CloudFront is for S3."""

    bucket: str
    folder: str
    caller: Caller

    def key_of(self, path: str) -> str:
        """The key that a viewer's path leads to."""
        return (self.folder + path).removeprefix("/")

    def path_of(self, key: str) -> str | None:
        """The path that leads to a key, None if none does."""
        whole = f"/{key}"
        return whole.removeprefix(self.folder) if whole.startswith(f"{self.folder}/") else None


def signers(version: Version, behavior: Json) -> frozenset[str]:
    """Who the behavior accepts: ``key NAME``, ``signer ACCOUNT``; ANYONE if nobody needs to sign."""
    groups = behavior.get("TrustedKeyGroups", {}).get("Items") or []
    accounts = behavior.get("TrustedSigners", {}).get("Items") or []
    if not groups and not accounts:
        return frozenset({ANYONE})
    keys = {f"key {key}" for group in groups for key in version.groups.get(group, ())}
    return frozenset(keys | {f"signer {account}" for account in accounts})


def behavior_for(config: Json, path: str) -> Json:
    """The first behavior whose pattern matches the path, else the default one."""
    for behavior in config.get("CacheBehaviors", {}).get("Items") or ():
        if path_matches(path, behavior["PathPattern"]):
            return dict(behavior)
    return dict(config["DefaultCacheBehavior"])


def asked(config: Json, path: str, action: str) -> str:
    """The path that the origin is asked for: a reader of ``/`` gets the root object."""
    root = config.get("DefaultRootObject")
    return f"/{root}" if root and path == "/" and action == s3.READ else path


def passes(behavior: Json, action: str) -> bool:
    """Whether a behavior passes on the method that an action needs. It always reads."""
    allowed = behavior.get("AllowedMethods", {}).get("Items") or ()
    return action not in METHODS or METHODS[action] in allowed


class Sites:
    """The distributions of a state, as their viewers use them."""

    def __init__(self, state: State, may: May) -> None:
        self._state = state
        self._may = may
        self._sources: dict[tuple[str, int], Source | None] = {}

    def readers(self, place: Distribution, version: Version, bucket: str, key: str) -> dict[str, Answer]:
        """Who can read that key of that bucket through one version of a distribution."""
        return self._askers(place, version, bucket, key, s3.READ)

    def writers(
        self, place: Distribution, version: Version, bucket: str, action: str, key: str
    ) -> dict[str, Answer]:
        """Who can put or delete that key of that bucket through one version of a distribution."""
        return self._askers(place, version, bucket, key, action)

    def listers(self, place: Distribution, version: Version, bucket: str) -> dict[str, Answer]:
        """Who gets the list of that bucket's keys: ``/`` asks for it if there is no root object and no folder."""
        config = version.config
        if "S3Origin" in config or config.get("DefaultRootObject"):
            return {}
        behavior, sources, _ = self._behind(place, config, "/")
        found = [
            self._may(bucket, each.caller, "", s3.LIST)
            for each in sources
            if each.bucket == bucket and not each.folder
        ]
        answer = any_of(found)
        return dict.fromkeys(signers(version, behavior), answer) if answer is not False else {}

    def _askers(
        self, place: Distribution, version: Version, bucket: str, key: str, action: str
    ) -> dict[str, Answer]:
        found: dict[str, Answer] = {}
        for path in self._paths(place, version.config, bucket, key, action):
            behavior, sources, _ = self._behind(place, version.config, path)
            if not passes(behavior, action):
                continue
            for source in sources:
                if source.bucket == bucket and source.key_of(asked(version.config, path, action)) == key:
                    answer = self._may(bucket, source.caller, key, action)
                    for who in signers(version, behavior):
                        found[who] = any_of((found.get(who, False), answer))
        return {who: answer for who, answer in found.items() if answer is not False}

    def served(self, place: Distribution, version: Version, path: str) -> dict[str, Answer]:
        """Who gets an object under that path through one version of a distribution, if the object exists."""
        behavior, sources, failover = self._behind(place, version.config, path)
        usable = sources if 403 in failover else sources[:1]
        target = asked(version.config, path, s3.READ)
        answer = any_of(self._may(each.bucket, each.caller, each.key_of(target), s3.READ) for each in usable)
        return dict.fromkeys(signers(version, behavior), answer) if answer is not False else {}

    def _behind(self, place: Distribution, config: Json, path: str) -> tuple[Json, list[Source], list[int]]:
        """The behavior that a path meets, its sources in order, and the codes on which the next one is asked."""
        if not config.get("Enabled", True):
            return {}, [], []
        if "S3Origin" in config:
            return config, self._streaming(config), []
        behavior = behavior_for(config, path)
        return behavior, *self._chain(place, config, behavior["TargetOriginId"])

    def _paths(self, place: Distribution, config: Json, bucket: str, key: str, action: str) -> set[str]:
        """The paths that lead to a key by one origin or another; ``/`` leads to the root object."""
        origins = config.get("Origins", {}).get("Items") or ()
        sources = [self._source(place, origin) for origin in origins] or self._streaming(config)
        paths = (each.path_of(key) for each in sources if each and each.bucket == bucket)
        found = {path for path in paths if path is not None}
        root = asked(config, "/", action)
        return found | ({"/"} if root != "/" and root in found else set())

    def _chain(self, place: Distribution, config: Json, target: str) -> tuple[list[Source], list[int]]:
        """The sources behind an origin or an origin group in order, and the codes on which the next is asked."""
        origins = {origin["Id"]: origin for origin in config["Origins"]["Items"]}
        for group in (config.get("OriginGroups") or {}).get("Items") or ():
            if group["Id"] == target:
                members = [origins[member["OriginId"]] for member in group["Members"]["Items"]]
                codes = list(group["FailoverCriteria"]["StatusCodes"]["Items"])
                return list(filter(None, (self._source(place, each) for each in members))), codes
        source = self._source(place, origins[target])
        return ([source] if source else []), []

    def _source(self, place: Distribution, origin: Json) -> Source | None:
        asked = (place.arn, id(origin))
        if asked not in self._sources:
            self._sources[asked] = self._find_source(place, origin)
        return self._sources[asked]

    def _find_source(self, place: Distribution, origin: Json) -> Source | None:
        domain = origin["DomainName"].lower()
        found = DOMAIN.fullmatch(domain)
        if "S3OriginConfig" not in origin:
            found = found or WEBSITE.fullmatch(domain)
            caller = callers.cloudfront_unsigned()
        else:
            caller = self._caller(place, origin)
        if found is None:
            return None
        return Source(self._bucket_of(found["bucket"]), origin.get("OriginPath") or "", caller)

    def _bucket_of(self, name: str) -> str:
        """The bucket behind a name that may be an access point's alias."""
        return next(
            (each.bucket for each in self._state.access_points if each.alias and each.alias == name), name
        )

    def _caller(self, place: Distribution, origin: Json) -> Caller:
        control = self._state.controls.get(origin.get("OriginAccessControlId") or "")
        if control and control["SigningBehavior"] != "never":
            return callers.distribution(place.arn)
        return self._by_identity(origin["S3OriginConfig"])

    def _by_identity(self, config: dict[str, Any]) -> Caller:
        id_ = (config.get("OriginAccessIdentity") or "").rpartition("/")[2]
        user = self._state.identities.get(id_)
        return callers.identity(id_, user) if user else callers.cloudfront_unsigned()

    def _streaming(self, config: Json) -> list[Source]:
        found = DOMAIN.fullmatch(config["S3Origin"]["DomainName"].lower())
        return [Source(found["bucket"], "", self._by_identity(config["S3Origin"]))] if found else []
