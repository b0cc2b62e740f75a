"""The state that all parts of the sandbox's CloudFront share: stores, ids, and which resource uses which.

It has what several kinds need. The operations are in the modules of their kinds.
"""

import random
import string
import time
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .defaults import shuffled
from .key_pairs import KeyPairs
from .records import AtEdge, Distribution, Function, Identity, Json, Policy, PublicKey, R, Record, Store
from .refusal import CloudFrontError
from .settings import Settings

UNREAD = 5
"""After this multiple of `Settings.deploy_after_seconds`, a write is Deployed even without reads."""

_CAPITALS = string.ascii_uppercase + string.digits
_SMALL = string.ascii_lowercase + string.digits


class CloudFrontState:
    """The state of one account's CloudFront, without its operations. A pickle omits the server's callables."""

    def __init__(self, account: str, settings: Settings) -> None:
        self.account = account
        self.settings = settings
        # Seeded, so that a demonstration always reads the same.
        # Each account has ids of its own: a domain name must not lead to two distributions.
        own = account == "123456789012"
        seed = settings.shuffle_seed if own else f"{settings.shuffle_seed}:{account}"
        self._draw = random.Random(seed)  # noqa: S311 - ids, not secrets
        self.bucket_exists: Callable[[str], bool] | None = None
        self.certificate: Callable[[str], Mapping[str, Any] | None] | None = None
        self.log_bucket: Callable[[str], tuple[str, bool] | None] | None = None
        """Returns a bucket's region, and whether its ACLs are enabled; None for a bucket that does not exist."""
        self.web_acl_exists: Callable[[str], bool] | None = None
        """Returns whether WAF has a web ACL with this ARN. None: every one exists."""
        self.elsewhere: Callable[[], Iterable[CloudFrontState]] | None = None
        """Returns the states of the other accounts, whose aliases are taken here too."""
        self.distributions: Store[Distribution] = Store(settings, "NoSuchDistribution")
        self.streaming: Store[Distribution] = Store(settings, "NoSuchStreamingDistribution")
        self.identities: Store[Identity] = Store(settings, "NoSuchCloudFrontOriginAccessIdentity")
        self.controls: Store[Record] = Store(settings, "NoSuchOriginAccessControl")
        self.public_keys: Store[PublicKey] = Store(settings, "NoSuchPublicKey")
        self.key_groups: Store[Record] = Store(settings, "NoSuchResource")
        self.functions: Store[Function] = Store(settings, "NoSuchFunctionExists")
        self.key_pairs = KeyPairs()
        self.policies: dict[str, Store[Policy]] = {
            kind: Store(settings, f"NoSuch{kind}")
            for kind in ("CachePolicy", "OriginRequestPolicy", "ResponseHeadersPolicy")
        }

    def __getstate__(self) -> dict[str, Any]:
        hooks = dict.fromkeys(("bucket_exists", "certificate", "elsewhere", "log_bucket", "web_acl_exists"))
        return {**self.__dict__, **hooks}

    def now(self) -> float:
        """Seconds since the epoch, by CloudFront's clock."""
        return time.time() + self.settings.clock_ahead_seconds

    def new_id(self, prefix: str) -> str:
        """Return an id in AWS's format: the prefix and thirteen capitals or digits."""
        return prefix + "".join(self._draw.choices(_CAPITALS, k=13))

    def new_etag(self) -> str:
        """Return an ETag in CloudFront's format: E and twelve or thirteen capitals or digits."""
        return "E" + "".join(self._draw.choices(_CAPITALS, k=self._draw.choice((12, 13))))

    def new_uuid(self) -> str:
        """Return an id for a key group or a policy."""
        return str(uuid.UUID(int=self._draw.getrandbits(128), version=4))

    def new_domain_name(self, prefix: str) -> str:
        """Return a host name under cloudfront.net that starts with d (distributions) or s (streaming distributions)."""
        return f"{prefix}{''.join(self._draw.choices(_SMALL, k=13))}.cloudfront.net"

    def new_canonical_user(self) -> str:
        """Return an S3 canonical user id: 96 hexadecimal digits."""
        return f"{self._draw.getrandbits(384):096x}"

    def new_distribution(self, kind: str, config: Json, tags: dict[str, str]) -> Distribution:
        """Return a distribution of this kind (``distribution``, ``streaming-distribution``), not on its store yet."""
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

    def rewrite(self, store: Store[R], record: R, config: Json) -> None:
        """Give a record a new config, ETag and time."""
        store.rewrite(record, config, self.new_etag(), self.now())

    def page(self, rows: list[R], params: Mapping[str, str], render: Callable[[R], Json | str]) -> Json:
        """Return one page of a list, in the format of all CloudFront lists.

        The order is arbitrary but the same for all pages. NextMarker is the last row's id. Raises InvalidArgument if
        MaxItems is not a positive number.
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
        """Return an arbitrary but stable sort key, unless the settings disable shuffling."""
        seed = self.settings.shuffle_seed
        return (0 if seed is None else zlib.crc32(f"{seed}:{record_id}".encode()), record_id)

    def key_pair_ids(self, signer: str) -> tuple[str, ...]:
        """Return the CloudFront key pairs of a trusted signer (usually two); "self" is the account."""
        account = self.account if signer == "self" else signer
        if account in self.settings.signers_without_keys:
            return self.key_pairs.registered(account)
        return self.key_pairs.all_of(account)

    def both_kinds(self) -> list[Distribution]:
        """Return the distributions of both kinds, in their actual state."""
        return [*self.distributions, *self.streaming]

    def behaviors(self, record: Distribution) -> Iterator[Json]:
        """Yield the cache behaviors of a distribution, the default one first."""
        yield record.config["DefaultCacheBehavior"]
        yield from record.config["CacheBehaviors"].get("Items", ())

    def origins(self, record: Distribution) -> list[Json]:
        """Return the origins of a distribution."""
        return list(record.config["Origins"]["Items"])

    def users(self, member: str, value: str) -> list[Distribution]:
        """Return the distributions with a cache behavior that uses this policy or key group.

        `member` is the behavior's member that has its id, or a list of ids.
        """

        def names(behavior: Json) -> bool:
            found = behavior.get(member)
            return value in found.get("Items", ()) if isinstance(found, dict) else found == value

        return [record for record in self.distributions if any(map(names, self.behaviors(record)))]

    def touch_users(self, member: str, value: str) -> None:
        """Give each distribution that uses a policy or key group a new ETag, and set it InProgress.

        AWS does so when a key group or a response headers policy is updated, although the distribution is not.
        """
        for record in self.users(member, value):
            self.deploy(self.distributions, record, record.config)

    def deploy(self, store: Store[Distribution], record: Distribution, config: Json) -> None:
        """Write a distribution of either kind: give it a new ETag, and set it InProgress."""
        self.settle(record)
        self.rewrite(store, record, config)
        record.changed, record.reads, record.settled = record.modified, 0, False

    def show(self, record: Distribution, render: Callable[[Distribution, str, Json], Json]) -> Json:
        """Return a distribution as a read shows it, rendered from itself, its status and its shuffled config."""
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
        # Time also counts without reads, because a viewer may send a request without anyone waiting.
        unread = needed > 0 and waited >= UNREAD * needed
        return unread or (waited >= needed and record.reads >= settings.deploy_after_reads)

    def settle(self, record: Distribution) -> str:
        """Return the status. If it is Deployed, update the edges."""
        if not self.deployed(record):
            return "InProgress"
        if record.settled:
            return "Deployed"
        record.at_edge, record.settled = self.spread(record), True
        return "Deployed"

    def spread(self, record: Distribution) -> AtEdge:
        """Return the state of an up-to-date edge: the current config, keys and policies."""
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
