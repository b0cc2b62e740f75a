"""Who can read which object, from the raw state of the sandbox.

Written for these tests alone and sharing nothing with cfstream: it is the judge of its first promise. Says who gets in
at some edge and who gets in at all of them, for until a distribution is Deployed some edges have its old config and
some its new one. Does not judge requests: signatures, expiry and the like are not its business.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from moto.s3.models import FakeBucket, FakeKey, s3_backends

from cfstream.sandbox.acl import ALL_USERS, AUTHENTICATED_USERS, acl_of
from cfstream.sandbox.bucket_rules import ENFORCED, ownership
from cfstream.sandbox.cloudfront import Distribution
from cfstream.sandbox.server import ACCOUNT, Sandbox

ANYONE = "anyone"
OAI = "origin-access-identity/cloudfront/"


class Reading(NamedTuple):
    """Somebody can read an object: ``key lectures-2026-11``, ``signer self``, ``anyone``, or a principal of S3's."""

    bucket: str
    key: str
    who: str


Readings = frozenset[Reading]


@dataclass(frozen=True)
class Path:
    """One cache behavior with all that decides who reads through it; an empty pattern is the default one."""

    pattern: str
    bucket: str
    control: str
    identity: str
    signers: frozenset[str]


@dataclass(frozen=True)
class Version:
    """A config of a distribution as an edge has it."""

    arn: str
    paths: tuple[Path, ...]

    def path_of(self, key: str) -> Path:
        """The first behavior that matches, else the default one, which stands last."""
        return next(path for path in self.paths if not path.pattern or fnmatchcase(f"/{key}", path.pattern))


class Viewers:
    """Looks at the sandbox after each write, and remembers which versions of each distribution edges may still have."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._versions: dict[str, tuple[Version, ...]] = {}
        self.look()

    def look(self) -> None:
        """Notes what is live now. A distribution that is Deployed has one version, any other its older ones too."""
        world = self._sandbox.cloudfront.world
        known = self._versions
        self._versions = {}
        for record in self._sandbox.cloudfront.distributions():
            now = self._version(record)
            before = () if world.deployed(record) else known.get(record.id, ())
            self._versions[record.id] = (*(each for each in before if each != now), now)

    def at_some_edge(self) -> Readings:
        """Everybody who gets in somewhere: what must never be too much."""
        through = {
            reading
            for versions in self._versions.values()
            for version in versions
            for reading in self._through(version)
        }
        return frozenset(through | set(self._past_cloudfront()))

    def at_every_edge(self) -> Readings:
        """Everybody who gets in wherever they ask, by some distribution: what must never be too little."""
        return frozenset(
            reading
            for versions in self._versions.values()
            for reading in frozenset.intersection(*(frozenset(self._through(each)) for each in versions))
        )

    def _version(self, record: Distribution) -> Version:
        config = record.config
        if not config["Enabled"]:
            return Version(record.arn, (Path("", "", "", "", frozenset()),))
        if "S3Origin" in config:
            origin = config["S3Origin"]
            return Version(record.arn, (self._path({"PathPattern": ""}, origin, config),))
        origins = {origin["Id"]: origin for origin in config["Origins"]["Items"]}
        behaviors = [*config["CacheBehaviors"].get("Items", ()), config["DefaultCacheBehavior"]]
        return Version(
            record.arn, tuple(self._path(raw, origins[raw["TargetOriginId"]], raw) for raw in behaviors)
        )

    def _path(
        self, behavior: Mapping[str, Any], origin: Mapping[str, Any], guarded: Mapping[str, Any]
    ) -> Path:
        bucket, s3, _ = origin["DomainName"].partition(".s3.")
        identity = origin.get(
            "OriginAccessIdentity", origin.get("S3OriginConfig", {}).get("OriginAccessIdentity", "")
        )
        return Path(
            pattern=behavior.get("PathPattern", ""),
            bucket=bucket if s3 else "",
            control=origin.get("OriginAccessControlId", ""),
            identity=identity.removeprefix(OAI),
            signers=frozenset(self._signers(guarded)),
        )

    def _signers(self, guarded: Mapping[str, Any]) -> Iterator[str]:
        world = self._sandbox.cloudfront.world
        for account in guarded["TrustedSigners"].get("Items", ()):
            yield f"signer {'self' if account == ACCOUNT else account}"
        for group in guarded.get("TrustedKeyGroups", {}).get("Items", ()):
            for key in world.key_groups.get(group).config["Items"]:
                yield f"key {world.public_keys.get(key).config['Name']}"

    def _through(self, version: Version) -> Iterator[Reading]:
        for bucket, key in _objects():
            path = version.path_of(key.name)
            if path.bucket == bucket.name and self._lets_in(bucket, key, version.arn, path):
                for who in path.signers or {ANYONE}:
                    yield Reading(bucket.name, key.name, who)

    def _lets_in(self, bucket: FakeBucket, key: FakeKey, arn: str, path: Path) -> bool:
        """Whether S3 gives the object to a distribution that reads by that behavior's identity."""
        cloudfront = self._sandbox.cloudfront
        if path.control:
            control = cloudfront.world.controls.find(path.control)
            signs = control is not None and control.config["SigningBehavior"] != "never"
            return signs and any(_names_distribution(each, arn) for each in _allowing(bucket, key))
        user = next(
            (
                each.canonical_user
                for each in cloudfront.origin_access_identities()
                if each.id == path.identity
            ),
            "",
        )
        if not user:
            return any(who == ANYONE for who in _straight(bucket, key))
        names = {f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {path.identity}", user}
        named = any(names & set(_principals(each)) for each in _allowing(bucket, key))
        return named or user in _granted(bucket, key)

    def _past_cloudfront(self) -> Iterator[Reading]:
        """Who asks S3 itself, identities and CloudFront apart."""
        users = {each.canonical_user for each in self._sandbox.cloudfront.origin_access_identities()}
        for bucket, key in _objects():
            yield from (
                Reading(bucket.name, key.name, who) for who in _straight(bucket, key) if who not in users
            )


def _objects() -> Iterator[tuple[FakeBucket, FakeKey]]:
    for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
        yield from ((bucket, key) for key in bucket.keys.values())


def _straight(bucket: FakeBucket, key: FakeKey) -> Iterator[str]:
    for statement in _allowing(bucket, key):
        for name in _principals(statement):
            pinned = statement.get("Condition")
            if name == "cloudfront.amazonaws.com":
                yield from () if pinned else (ANYONE,)
            elif ":iam::cloudfront:user/" not in name:
                yield ANYONE if name == "*" and not pinned else name
    yield from (ANYONE if who in (ALL_USERS, AUTHENTICATED_USERS) else who for who in _granted(bucket, key))


def _allowing(bucket: FakeBucket, key: FakeKey) -> Iterator[Mapping[str, Any]]:
    """The statements that let somebody read the object."""
    for statement in json.loads(bucket.policy or '{"Statement": []}')["Statement"]:
        reads = any(fnmatchcase("s3:GetObject", action) for action in _many(statement["Action"]))
        name = f"arn:aws:s3:::{bucket.name}/{key.name}"
        named = any(fnmatchcase(name, resource) for resource in _many(statement["Resource"]))
        if statement["Effect"] == "Allow" and reads and named:
            yield statement


def _principals(statement: Mapping[str, Any]) -> list[str]:
    principal = statement["Principal"]
    return ["*"] if principal == "*" else [name for names in principal.values() for name in _many(names)]


def _names_distribution(statement: Mapping[str, Any], arn: str) -> bool:
    conditions = [test for tests in statement.get("Condition", {}).values() for test in tests.items()]
    pinned = all(arn in _many(values) for name, values in conditions if name.lower() == "aws:sourcearn")
    return "cloudfront.amazonaws.com" in _principals(statement) and pinned


def _granted(bucket: FakeBucket, key: FakeKey) -> set[str]:
    """Users and groups, the owner apart, that the object's own ACL lets read."""
    if ownership(bucket) == ENFORCED:
        return set()
    acl = acl_of(key.acl)
    grants = [(grant.grantees[0], grant.permissions[0]) for grant in acl.grants]
    who = {
        grantee.id or grantee.uri for grantee, permission in grants if permission in ("READ", "FULL_CONTROL")
    }
    return who - {acl.owner}


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
