"""The state that all parts of the sandbox's CloudFront share: its shelves, its ids, and who uses what.

Holds what more than one kind needs to know; the operations are in the modules named after their kinds.
"""

import random
import string
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .defaults import shuffled
from .key_pairs import KeyPairs
from .records import AtEdge, Distribution, Identity, Json, Policy, PublicKey, R, Record, Shelf
from .refusal import CloudFrontError
from .settings import Settings

UNREAD = 5
"""After so many times `Settings.deploy_after_seconds`, a write is Deployed though nobody has read it."""

_CAPITALS = string.ascii_uppercase + string.digits
_SMALL = string.ascii_lowercase + string.digits


class World:
    """One account's CloudFront, without its operations.

    Pickles, but for the two callables that a server lends it.
    """

    def __init__(self, account: str, settings: Settings) -> None:
        self.account = account
        self.settings = settings
        # Seeded, so that a demonstration reads the same each time.
        self._draw = random.Random(settings.shuffle_seed)  # noqa: S311 - ids, not secrets
        self.bucket_exists: Callable[[str], bool] | None = None
        self.certificate: Callable[[str], Mapping[str, Any] | None] | None = None
        self.distributions: Shelf[Distribution] = Shelf(settings, "NoSuchDistribution")
        self.streaming: Shelf[Distribution] = Shelf(settings, "NoSuchStreamingDistribution")
        self.identities: Shelf[Identity] = Shelf(settings, "NoSuchCloudFrontOriginAccessIdentity")
        self.controls: Shelf[Record] = Shelf(settings, "NoSuchOriginAccessControl")
        self.public_keys: Shelf[PublicKey] = Shelf(settings, "NoSuchPublicKey")
        self.key_groups: Shelf[Record] = Shelf(settings, "NoSuchResource")
        self.key_pairs = KeyPairs()
        self.policies: dict[str, Shelf[Policy]] = {
            kind: Shelf(settings, f"NoSuch{kind}")
            for kind in ("CachePolicy", "OriginRequestPolicy", "ResponseHeadersPolicy")
        }

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "bucket_exists": None, "certificate": None}

    def now(self) -> float:
        """Seconds since the epoch, by CloudFront's clock."""
        return time.time() + self.settings.clock_ahead_seconds

    def new_id(self, prefix: str) -> str:
        """An id as AWS draws them: the prefix and thirteen capitals or digits."""
        return prefix + "".join(self._draw.choices(_CAPITALS, k=13))

    def new_etag(self) -> str:
        """An ETag as CloudFront gives them: E and twelve or thirteen capitals or digits."""
        return "E" + "".join(self._draw.choices(_CAPITALS, k=self._draw.choice((12, 13))))

    def new_uuid(self) -> str:
        """The id of a key group or a policy."""
        return str(uuid.UUID(int=self._draw.getrandbits(128), version=4))

    def new_domain_name(self, prefix: str) -> str:
        """A host name under cloudfront.net; begins with d (distributions) or s (streaming distributions)."""
        return f"{prefix}{''.join(self._draw.choices(_SMALL, k=13))}.cloudfront.net"

    def new_canonical_user(self) -> str:
        """An S3 canonical user id: 96 hexadecimal digits."""
        return f"{self._draw.getrandbits(384):096x}"

    def new_distribution(self, kind: str, config: Json, tags: dict[str, str]) -> Distribution:
        """A distribution of either kind (``distribution``, ``streaming-distribution``), not on its shelf yet."""
        now, distribution_id = self.now(), self.new_id("E")
        return Distribution(
            id=distribution_id,
            etag=self.new_etag(),
            modified=now,
            config=config,
            arn=f"arn:aws:cloudfront::{self.account}:{kind}/{distribution_id}",
            domain_name=self.new_domain_name(kind[0]),
            tags=tags,
            changed=now,
        )

    def rewrite(self, shelf: Shelf[R], record: R, config: Json) -> None:
        """Give a record a new config; with it come a new ETag and a new time."""
        shelf.rewrite(record, config, self.new_etag(), self.now())

    def page(self, rows: list[R], params: Mapping[str, str], render: Callable[[R], Json | str]) -> Json:
        """One page of a list, in the shape that every list of CloudFront has.

        Lists come in an order that means nothing but stays the same between pages; NextMarker is the last
        row's id. InvalidArgument for a MaxItems that is no positive number.
        """
        asked = params.get("MaxItems", str(self.settings.page_size))
        if not asked.isdecimal() or int(asked) < 1:
            raise CloudFrontError(
                "InvalidArgument", f"The parameter MaxItems must be a positive number: '{asked}'."
            )
        size = min(int(asked), self.settings.page_size)
        marker = params.get("Marker", "")
        rows = sorted(rows, key=lambda row: self.rank(row.id))
        if marker:
            rows = [row for row in rows if self.rank(row.id) > self.rank(marker)]
        page, more = rows[:size], len(rows) > size
        listed: Json = {"Marker": marker, "MaxItems": size, "IsTruncated": more, "Quantity": len(page)}
        if page:
            listed["Items"] = [render(row) for row in page]
        if more:
            listed["NextMarker"] = page[-1].id
        return listed

    def rank(self, record_id: str) -> tuple[int, str]:
        """A sort key that means nothing but is always the same, unless the settings say not to shuffle."""
        seed = self.settings.shuffle_seed
        return (0 if seed is None else zlib.crc32(f"{seed}:{record_id}".encode()), record_id)

    def key_pair_ids(self, signer: str) -> tuple[str, ...]:
        """The CloudFront key pairs of a trusted signer, of whom most have two; "self" is the account."""
        account = self.account if signer == "self" else signer
        if account in self.settings.signers_without_keys:
            return self.key_pairs.registered(account)
        return self.key_pairs.all_of(account)

    def both_kinds(self) -> list[Distribution]:
        """The distributions of both kinds, as they truly are."""
        return [*self.distributions, *self.streaming]

    def behaviors(self, record: Distribution) -> Iterator[Json]:
        """The cache behaviors of a distribution, the default one first."""
        yield record.config["DefaultCacheBehavior"]
        yield from record.config["CacheBehaviors"].get("Items", ())

    def origins(self, record: Distribution) -> list[Json]:
        """The origins of a distribution."""
        return list(record.config["Origins"]["Items"])

    def users(self, member: str, value: str) -> list[Distribution]:
        """The distributions of which a cache behavior names that policy or that key group.

        `member` is CachePolicyId, OriginRequestPolicyId, ResponseHeadersPolicyId or TrustedKeyGroups.
        """

        def names(behavior: Json) -> bool:
            found = behavior.get(member)
            return value in found.get("Items", ()) if isinstance(found, dict) else found == value

        return [record for record in self.distributions if any(map(names, self.behaviors(record)))]

    def touch_users(self, member: str, value: str) -> None:
        """Give each distribution that uses a policy or key group a new ETag, and set it InProgress.

        AWS does so when a key group or a response headers policy is updated, though nobody updated the
        distribution itself.
        """
        for record in self.users(member, value):
            self.deploy(self.distributions, record, record.config)

    def deploy(self, shelf: Shelf[Distribution], record: Distribution, config: Json) -> None:
        """Write a distribution of either kind: new ETag, and InProgress from now."""
        self.settle(record)
        self.rewrite(shelf, record, config)
        record.changed, record.reads, record.settled = record.modified, 0, False

    def show(self, record: Distribution, render: Callable[[Distribution, str, Json], Json]) -> Json:
        """A distribution as a read shows it: from itself, its status, and its config in any order."""
        status = self.settle(record)
        seed = self.settings.shuffle_seed
        draw = None if seed is None else random.Random(f"{seed}:{record.etag}:{record.reads}")  # noqa: S311
        record.reads += 1
        return render(record, status, shuffled(record.config, draw))

    def deployed(self, record: Distribution) -> bool:
        """Whether the last write has reached every edge."""
        if record.settled:
            return True
        settings = self.settings
        waited, needed = self.now() - record.changed, settings.deploy_after_seconds
        # Where time counts, it goes on without readers too: a viewer may come when nobody has waited.
        unread = needed > 0 and waited >= UNREAD * needed
        return unread or (waited >= needed and record.reads >= settings.deploy_after_reads)

    def settle(self, record: Distribution) -> str:
        """The status; on the way, what is Deployed reaches the edges."""
        if not self.deployed(record):
            return "InProgress"
        if record.settled:
            return "Deployed"
        record.at_edge, record.settled = self.spread(record), True
        return "Deployed"

    def spread(self, record: Distribution) -> AtEdge:
        """What an edge holds that has heard of everything: the config, keys and policies of this moment."""
        config = record.config
        behaviors = [config] if "S3Origin" in config else list(self.behaviors(record))
        signers: dict[str, tuple[str, ...]] = {}
        groups: dict[str, tuple[str, ...]] = {}
        headers: dict[str, Json] = {}
        for behavior in behaviors:
            signers |= {who: self.key_pair_ids(who) for who in behavior["TrustedSigners"].get("Items", ())}
            for group in behavior.get("TrustedKeyGroups", {}).get("Items", ()):
                known = self.key_groups.find(group)
                groups[group] = tuple(known.config["Items"]) if known else ()
            policy = self.policies["ResponseHeadersPolicy"].find(behavior.get("ResponseHeadersPolicyId", ""))
            if policy:
                headers[policy.id] = policy.config
        found = {key: self.public_keys.find(key) for ids in groups.values() for key in ids}
        keys = {key: public.config["EncodedKey"] for key, public in found.items() if public}
        return AtEdge(config, signers, groups, keys, headers)
