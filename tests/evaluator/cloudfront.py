"""What viewers can get through one configuration of a distribution.

The sources are the Developer Guide, "Cache behavior settings", "Origin settings", "Restrict access to an Amazon S3
origin", "Optimize high availability with CloudFront origin failover" and "Specify signers".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.evaluator import callers
from tests.evaluator.callers import ANYONE, Caller
from tests.evaluator.logic import Answer, any_of
from tests.evaluator.matching import path_matches
from tests.evaluator.state import Distribution, Json, State, Version

MayRead = Callable[[str, Caller, str], Answer]
"""Whether a caller may read a key of a bucket."""

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


class Sites:
    """The distributions of a state, as their viewers use them."""

    def __init__(self, state: State, may_read: MayRead) -> None:
        self._state = state
        self._may_read = may_read
        self._sources: dict[tuple[str, int], Source | None] = {}

    def readers(self, place: Distribution, version: Version, bucket: str, key: str) -> dict[str, Answer]:
        """Who can read that key of that bucket through one version of a distribution."""
        found: dict[str, Answer] = {}
        for path in self._paths(place, version.config, bucket, key):
            behavior, sources, _ = self._behind(place, version.config, path)
            for source in sources:
                if source.bucket == bucket and source.key_of(path) == key:
                    answer = self._may_read(bucket, source.caller, key)
                    for who in signers(version, behavior):
                        found[who] = any_of((found.get(who, False), answer))
        return {who: answer for who, answer in found.items() if answer is not False}

    def served(self, place: Distribution, version: Version, path: str) -> dict[str, Answer]:
        """Who gets an object under that path through one version of a distribution, if the object exists."""
        behavior, sources, failover = self._behind(place, version.config, path)
        usable = sources if 403 in failover else sources[:1]
        answer = any_of(self._may_read(each.bucket, each.caller, each.key_of(path)) for each in usable)
        return dict.fromkeys(signers(version, behavior), answer) if answer is not False else {}

    def _behind(self, place: Distribution, config: Json, path: str) -> tuple[Json, list[Source], list[int]]:
        """The behavior that a path meets, its sources in order, and the codes on which the next one is asked."""
        if not config.get("Enabled", True):
            return {}, [], []
        if "S3Origin" in config:
            return config, self._streaming(config), []
        behavior = behavior_for(config, path)
        return behavior, *self._chain(place, config, behavior["TargetOriginId"])

    def _paths(self, place: Distribution, config: Json, bucket: str, key: str) -> set[str]:
        """The paths that lead to a key by one origin or another."""
        origins = config.get("Origins", {}).get("Items") or ()
        sources = [self._source(place, origin) for origin in origins] or self._streaming(config)
        paths = (each.path_of(key) for each in sources if each and each.bucket == bucket)
        return {path for path in paths if path is not None}

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
