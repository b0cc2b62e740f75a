"""Viewers of every type, who request everything from the edge and S3; and who must be served according to a spec.

Shares nothing with cfstream: cryptography makes the signatures, and this module reads specs by itself.
"""

import functools
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cfstream.sandbox.accounts import ACCOUNT
from cfstream.sandbox.cloudfront.records import Distribution
from tests.edge import signing
from tests.edge.signing import PrivateKey
from tests.world.sandbox import Sandbox
from tests.world.specs import Json
from tests.world.transport import answered

LECTURE, POSTER = "lecture.mp4", "posters/lecture.jpg"
OBJECTS = (LECTURE, POSTER)
BUCKETS = ("media", "archive")

OWN = "its own name"
NOBODY = "nobody"
FOREIGN_KEY = "stranger"
"""Signs with a key that is in the account, in a group of others."""
BY_URL, BY_COOKIES, EXPIRED, FORGED = "by URL", "by cookies", "expired", "forged"
"""How a key is used; a forged signature has the key's id, and is made with another key."""
CORRECT = (BY_URL, BY_COOKIES)

HOUR = 3600


class ViewerRequest(NamedTuple):
    """A request for an object with a host name: a distribution's `OWN`, a cname, or a bucket's address."""

    host: str
    key: str
    who: str
    """The name of the key that signs, or NOBODY."""
    how: str = ""


ViewerRequests = frozenset[ViewerRequest]


class RequestingViewers:
    """All viewers: those who sign with each of `keys`, correctly and incorrectly, and unsigned ones.

    Each of them requests from edges that have a write once it is Deployed, and from edges that may have it at once.
    """

    def __init__(self, sandbox: Sandbox, keys: Mapping[str, PrivateKey]) -> None:
        self.keys = dict(keys)
        self.stacks: tuple[str, ...] = ("lectures",)
        """Whose distributions are asked: of the first everything, of all others under their cnames alone."""
        self._sandbox = sandbox
        self._ids: dict[str, str] = {}

    def check(self) -> tuple[ViewerRequests, ViewerRequests]:
        """Return who is served everywhere, and who is served somewhere."""
        settings = self._sandbox.cloudfront.settings
        rounds = []
        for mixed in (False, True):
            settings.edge_mixes = mixed
            rounds.append(self._admitted())
        return frozenset.intersection(*rounds), frozenset.union(*rounds)

    def can_send(self, request: ViewerRequest) -> bool:
        """Return whether its key has, or had, an id: no URL can have a key that AWS does not know."""
        return request.who == NOBODY or request.who in self._ids

    def _admitted(self) -> ViewerRequests:
        asked = (*self._of_the_edge(), *_of_buckets())
        return frozenset(request for request, visit in asked if self._gets(*visit))

    def _of_the_edge(self) -> Iterator[tuple[ViewerRequest, "SentRequest"]]:
        self._remember_ids()
        for record in self._sandbox.cloudfront.distributions():
            stack = record.tags.get("cfstream:name")
            if stack not in self.stacks:
                continue
            own = {OWN: record.domain_name} if stack == self.stacks[0] else {}
            names = {**own, **{alias: alias for alias in record.aliases}}
            for host, name in names.items():
                for key in OBJECTS:
                    for who, how, visit in self._requests_for(record, name, key):
                        yield ViewerRequest(host, key, who, how), visit

    def _requests_for(
        self, record: Distribution, host: str, key: str
    ) -> Iterator[tuple[str, str, "SentRequest"]]:
        streams = "S3Origin" in record.config
        path = f"/cfx/st/{key}" if streams else f"/{key}"
        resource = key if streams else f"https://{host}{path}"
        yield NOBODY, "", SentRequest(host, path)
        for who, id_ in self._ids.items():
            for how in (BY_URL, EXPIRED, FORGED):
                query = signing.query(_fields(self.keys[who], id_, resource, how))
                yield who, how, SentRequest(host, f"{path}?{query}")
            if not streams:
                cookies = signing.cookies(_folder(self.keys[who], id_, f"https://{host}/*"))
                yield who, BY_COOKIES, SentRequest(host, path, cookies["Cookie"])

    def _remember_ids(self) -> None:
        """Return ids of keys by name, including deleted keys, whose URLs still exist."""
        world = self._sandbox.cloudfront.state
        live = {key.config["Name"]: key.id for key in world.public_keys}
        pairs = {
            world.key_pairs.public_half(ACCOUNT, id_): id_ for id_ in world.key_pairs.registered(ACCOUNT)
        }
        live |= {name: pairs[pem] for name in self.keys if (pem := signing.pem(self.keys[name])) in pairs}
        self._ids |= {name: id_ for name, id_ in live.items() if name in self.keys}

    def _gets(self, host: str, target: str, cookie: str) -> bool:
        headers = [("Host", host), *([("Cookie", cookie)] if cookie else [])]
        return answered(self._sandbox.server, "GET", target, headers).status == 200


class SentRequest(NamedTuple):
    """One request."""

    host: str
    target: str
    cookie: str = ""


def _of_buckets() -> Iterator[tuple[ViewerRequest, SentRequest]]:
    for bucket in BUCKETS:
        host = f"{bucket}.s3.us-east-1.amazonaws.com"
        for key in OBJECTS:
            yield ViewerRequest(host, key, NOBODY), SentRequest(host, f"/{key}")


@functools.cache
def _fields(key: PrivateKey, id_: str, resource: str, how: str) -> dict[str, str]:
    signer = signing.rsa_key("forger") if how == FORGED else key
    expires = signing.a_minute_ago() if how == EXPIRED else signing.soon() + HOUR
    return signing.canned_fields(resource, signer, id_, expires)


@functools.cache
def _folder(key: PrivateKey, id_: str, resource: str) -> dict[str, str]:
    return signing.custom_fields(signing.policy(resource, signing.soon() + HOUR), key, id_)


def allowed_by(spec: Json | None, *, pair: str, all_keys: Mapping[str, Any]) -> ViewerRequests:
    """Return who must be served according to a spec, once all of it is deployed.

    `pair` is the key of the account's key pair.
    """
    if spec is None or not spec.get("enabled", True):
        return frozenset()
    streams = spec.get("delivery") == "rtmp"
    hosts = (OWN, *spec.get("cnames", ()))
    prefix = spec.get("grant", {}).get("prefix", "")
    honest = [how for how in CORRECT if not (streams and how == BY_COOKIES)]
    found = set()
    for key in (key for key in OBJECTS if key.startswith(prefix)):
        trusted = _trusted(spec, key, pair)
        for host in hosts:
            if trusted is None:
                found |= set(_anybody(host, key, all_keys))
            else:
                found |= {ViewerRequest(host, key, who, how) for who in trusted for how in honest}
    return frozenset(found)


def _trusted(spec: Json, key: str, pair: str) -> set[str] | None:
    """Return whose signatures are accepted for an object; None if no signature is needed."""
    behaviors = spec.get("http", {}).get("behaviors", ())
    named: Json = next((each for each in behaviors if f"/{key}".startswith(each["path"].rstrip("*"))), {})
    if named.get("public") or (spec.get("public") and not named.get("key_groups")):
        return None
    guards = named if "key_groups" in named else spec
    if guards.get("trusted_signers"):
        return {pair}
    by_name = {group["name"]: group for group in spec.get("key_groups", ()) if "name" in group}
    groups = [by_name.get(group["use"], {}) if "use" in group else group for group in guards["key_groups"]]
    return {one["name"] for group in groups for one in group.get("public_keys", ())}


def _anybody(host: str, key: str, all_keys: Mapping[str, Any]) -> Iterator[ViewerRequest]:
    yield ViewerRequest(host, key, NOBODY)
    for who in all_keys:
        yield from (ViewerRequest(host, key, who, how) for how in (*CORRECT, EXPIRED, FORGED))
