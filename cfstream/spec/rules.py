"""Rules between the fields of one spec, and the table of all of them.

Other rules are in `fields` (one value), `signers`, `tags`, and `clashes` (between stacks). A rule is a pure function
from a spec to faults. The table names the top-level fields that it reads; the rule is skipped if one of them has a
problem.
"""

from collections.abc import Callable, Iterator

from cfstream.spec.fault import Fault, repeated
from cfstream.spec.fields import MAX_COMMENT, ROLE
from cfstream.spec.model import Spec
from cfstream.spec.signers import (
    WHO_SIGNS,
    WITH_KEYS,
    keys_of_groups,
    order_of_keys,
    signers_of_behaviors,
    signers_of_the_default,
    somebody_may_sign,
)
from cfstream.spec.tags import tag_faults
from cfstream.spec.wording import choices, shown, too_long


def faults(spec: Spec, trouble: frozenset[str]) -> Iterator[Fault]:
    """Yield every fault between the fields of `spec`, except from rules that read a field in `trouble`."""
    for reads, rule in RULES:
        if trouble.isdisjoint(reads):
            yield from rule(spec)


def _role_of_the_account(spec: Spec) -> Iterator[Fault]:
    found = ROLE.fullmatch(spec.role or "")
    if found and spec.account and found["account"] != spec.account:
        what = f"the role is of account {found['account']}, and account is {spec.account}"
        yield Fault(
            what, f'write a role of account {spec.account}, or account: "{found["account"]}"', ("role",)
        )


def _one_identity(spec: Spec) -> Iterator[Fault]:
    named = [name for name in ("oac", "oai", "origin_access") if getattr(spec, name) is not None]
    if len(named) > 1:
        what = f"{choices(named, 'and')} exclude each other: CloudFront reads the bucket in one way"
        # origin_access: none opens the bucket, so no fix suggests keeping it.
        keep = [name for name in named if name != "origin_access"]
        yield Fault(what, f"keep {'one of ' * (len(keep) > 1)}{choices(keep)}", (named[-1],), at_key=True)


def _rtmp_lacks(spec: Spec) -> Iterator[Fault]:
    if spec.delivery != "rtmp":
        return
    instead = {"oac": "write oai: {}", "key_groups": "write trusted_signers: [self]", "http": "delete it"}
    for name, do in instead.items():
        if name in spec.model_fields_set:
            yield Fault(
                f"{name} is for delivery http; a streaming distribution does not have it",
                do,
                (name,),
                at_key=True,
            )


def _means_of_the_grant(spec: Spec) -> Iterator[Fault]:
    grant = spec.grant
    if spec.identity == "none" and "grant" in spec.model_fields_set:
        what = "with origin_access: none there is no identity that a grant could name"
        yield Fault(what, "delete grant, or write oac: {} instead of origin_access", ("grant",), at_key=True)
    elif grant.via == "object-acl" and spec.identity != "oai" and spec.oai is None:
        what = "a grant by object-acl needs an origin access identity; an ACL cannot name an OAC"
        yield Fault(what, "write oai: {}, or via: bucket-policy", ("grant", "via"))
    if grant.permission == "FULL_CONTROL" and grant.via != "object-acl":
        what = "FULL_CONTROL is a permission of ACLs; a bucket policy only grants reading"
        yield Fault(what, "write permission: READ, or via: object-acl", ("grant", "permission"))


def _elsewhere_is_whole(spec: Spec) -> Iterator[Fault]:
    if spec.grant.via == "elsewhere" and spec.grant.prefix:
        what = "with via: elsewhere cfstream grants nothing, so prefix has no effect"
        yield Fault(what, "delete prefix, or write via: bucket-policy", ("grant", "prefix"))


def _means_of_the_engine(spec: Spec) -> Iterator[Fault]:
    grant = spec.grant
    for name in ("engine", "batch"):
        if grant.via != "object-acl" and name in grant.model_fields_set:
            what = f"{name} is for grants on objects, and via is {grant.via}"
            yield Fault(what, f"delete {name}, or write via: object-acl", ("grant", name), at_key=True)
    if grant.via == "object-acl" and grant.engine == "s3-batch" and grant.batch is None:
        what = "a job of S3 Batch Operations needs a role, and a bucket for its report"
        yield Fault(what, "write batch: {role: …, report_bucket: …}, or engine: local", ("grant", "engine"))


def _places_of_the_job(spec: Spec) -> Iterator[Fault]:
    batch = spec.grant.batch
    if batch is None:
        return
    if batch.report_bucket == spec.bucket.name:
        what = "the reports would be objects of the bucket with the media"
        yield Fault(what, "write the name of another bucket", ("grant", "batch", "report_bucket"))
    role = ROLE.fullmatch(batch.role)
    if role and spec.home and role["account"] != spec.home:
        what = f"the role is of account {role['account']}, and the stack's account is {spec.home}"
        yield Fault(what, f"write a role of account {spec.home}", ("grant", "batch", "role"))


def _oldest_tls(spec: Spec) -> Iterator[Fault]:
    if spec.http.minimum_tls == "SSLv3" and spec.adopt is None:
        what = "SSLv3 is broken (POODLE, RFC 7568), and CloudFront accepts it only with a dedicated IP"
        yield Fault(what, "write TLSv1.2_2021", ("http", "minimum_tls"))


def _identity_in_use(spec: Spec) -> Iterator[Fault]:
    if spec.oai is None or spec.oai.comment is None:
        return
    room = MAX_COMMENT - len(f"cfstream:{spec.name} ")
    if spec.oai.id is not None:
        what = "cfstream never changes an identity that is used by its id, so comment has no effect"
        yield Fault(what, "delete comment or id", ("oai", "comment"), at_key=True)
    elif len(spec.oai.comment) > room:
        what = f"{too_long('the comment', len(spec.oai.comment), room)} after the mark cfstream:{spec.name}"
        yield Fault(what, "shorten it", ("oai", "comment"))


def _cnames_once(spec: Spec) -> Iterator[Fault]:
    yield from repeated(spec.cnames, ("cnames",))


def _parties_once(spec: Spec) -> Iterator[Fault]:
    yield from repeated(spec.also_read_by, ("also_read_by",))
    yield from repeated(spec.also_managed_by, ("also_managed_by",))


def _paths_of_everything(spec: Spec) -> Iterator[Fault]:
    """Yield a fault for a pattern that all paths match: it hides the default behavior."""
    for number, behavior in enumerate(spec.http.behaviors):
        if behavior.path in ("*", "/*") and spec.adopt is None:
            what = f"{shown(behavior.path)} is the default behavior, which needs no path"
            yield Fault(what, "write its fields under http", ("http", "behaviors", number, "path"))


def _paths_once(spec: Spec) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for number, behavior in enumerate(spec.http.behaviors):
        # CloudFront treats "posters/*" and "/posters/*" as the same pattern.
        pattern = behavior.path.removeprefix("/")
        if pattern in first:
            what = f"{shown(behavior.path)} is the pattern of behaviors[{first[pattern]}], which comes first"
            yield Fault(what, "merge the two, or delete one", ("http", "behaviors", number, "path"))
        first.setdefault(pattern, number)


def _cors_credentials(spec: Spec) -> Iterator[Fault]:
    cors = spec.http.cors
    if cors and cors.credentials and "*" in cors.origins:
        what = "browsers send no credentials if every origin is allowed"
        yield Fault(what, "list the origins, or delete credentials", ("http", "cors", "credentials"))


def _one_of_two(spec: Spec) -> Iterator[Fault]:
    for name, (other, why) in spec.http.EXCLUDED.items():
        if None not in (getattr(spec.http, name), getattr(spec.http, other)):
            what = f"{other} and {name} exclude each other: {why}"
            yield Fault(what, f"delete {other} or {name}", ("http", name), at_key=True)


def _names_in_the_zone(spec: Spec) -> Iterator[Fault]:
    if not spec.dns:
        return
    zone = spec.dns.route53
    if zone.startswith("*."):
        yield Fault("a hosted zone has a name without a wildcard", f"write {zone[2:]}", ("dns", "route53"))
        return
    for number, cname in enumerate(spec.cnames or ()):
        if cname != zone and not cname.endswith(f".{zone}"):
            what = f"{shown(cname)} is not in the hosted zone {zone}, so its record cannot be created there"
            do = "write the zone of all cnames, or delete dns and create the records by hand"
            yield Fault(what, do, ("cnames", number))


UNKNOWN = "?"
"""A field of rules about what a spec lacks: they do not apply if a key of the spec is unknown, and means no field."""

RULES: tuple[tuple[tuple[str, ...], Callable[[Spec], Iterator[Fault]]], ...] = (
    (("account", "role"), _role_of_the_account),
    (("oac", "oai", "origin_access"), _one_identity),
    (("delivery", "oac", "key_groups", "http"), _rtmp_lacks),
    (("delivery", "oac", "oai", "origin_access", "grant"), _means_of_the_grant),
    (("grant",), _elsewhere_is_whole),
    (("grant",), _means_of_the_engine),
    (("account", "role", "bucket", "grant"), _places_of_the_job),
    (("http", "adopt"), _oldest_tls),
    (("name", "oai"), _identity_in_use),
    (("delivery", *WHO_SIGNS, "public", UNKNOWN), somebody_may_sign),
    ((*WHO_SIGNS, "public"), signers_of_the_default),
    (("http",), signers_of_behaviors),
    (WITH_KEYS, keys_of_groups),
    (WITH_KEYS, order_of_keys),
    (("cnames",), _cnames_once),
    (("also_read_by", "also_managed_by"), _parties_once),
    (("http", "adopt"), _paths_of_everything),
    (("http",), _paths_once),
    (("http",), _cors_credentials),
    (("http",), _one_of_two),
    (("cnames", "dns"), _names_in_the_zone),
    (("tags", "grant"), tag_faults),
)
