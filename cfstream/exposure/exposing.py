"""Who can read the objects of a stack, before and after: a question asked of what is live and what is
wanted. Pure.

Asked of the bucket's policy, of ACLs as far as they were read, of block public access, and of every
distribution of the account that leads to the bucket. In doubt somebody can read. The account's own users
and roles are not counted, and a Deny closes nothing here (`policy_document.audience`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from cfstream.access.report import AccessRow
from cfstream.domain import PathPattern
from cfstream.exposure.opening import Opening, Sort, closing
from cfstream.kinds.kind import Landscape, Scene
from cfstream.kinds.object_grants import LiveGrants, counted
from cfstream.kinds.policy_grants import LivePolicy, sid_of
from cfstream.kinds.readers import Serving
from cfstream.policy_document import (
    CLOUDFRONT,
    Principal,
    is_pending,
    is_public,
    merge,
    principals,
    reads,
    source_arns,
    statements,
)
from cfstream.spec.model import Behavior, KeyGroup, Spec
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.grant import Grant
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Step
from cfstream.values import Json

NOBODY = "nobody"


@dataclass(frozen=True)
class Exposure:
    """Who can read. Each entry is a short phrase: ``nobody``, ``signers: key-group lectures-signers``,
    ``anyone: …``.

    `not_ours` are ways in that are not ours and that the spec does not ask for: warnings in the plan. `ours` are the
    entries that lead through the stack's own distribution, `anyone` those by which nobody needs to sign.
    """

    before: tuple[str, ...] = (NOBODY,)
    after: tuple[str, ...] = (NOBODY,)
    not_ours: tuple[Opening, ...] = ()
    ours: tuple[str, ...] = ()
    anyone: tuple[str, ...] = ()
    access: tuple[AccessRow, ...] = ()
    """The same by reader, as programs read it."""

    @property
    def openings(self) -> tuple[str, ...]:
        """The phrases of what is not ours."""
        return tuple(each.text for each in self.not_ours)


@dataclass(frozen=True)
class Way:
    """One way in, as a phrase. `opening`: for anyone, and not by our distribution, by what; `bare`: past CloudFront
    altogether; `ours`: by our distribution, and then `unsigned` or not.
    """

    text: str
    opening: Sort | None = None
    bare: bool = False
    ours: bool = False
    unsigned: bool = False


@dataclass(frozen=True)
class _World:
    """What is asked, at one moment: the policy that holds then, and the OAI that objects are granted to
    then.
    """

    scene: Scene
    policy: LivePolicy
    grants: LiveGrants
    document: Json | None
    granted: frozenset[str]
    """Ids of the OAIs that objects are granted to."""


def expose(scene: Scene, land: Landscape, steps: Sequence[Step]) -> Exposure:
    """Who can read the stack's objects now, and who once `steps` are done.

    Needs what the kinds ``bucket-policy`` and ``object-acl`` have observed, and what the kinds have brought.
    """
    policy: LivePolicy = land.live["bucket-policy"]
    grants: LiveGrants = land.live["object-acl"]
    now = _World(scene, policy, grants, policy.document, frozenset(grants.marked) | _granted(policy, grants))
    wanted = land.get(scene.address("origin-access-identity"))
    by_acl = scene.stack.spec.grant.via == "object-acl" and isinstance(wanted, str)
    granted = frozenset({str(wanted)} if by_acl else ())
    if scene.destroying or scene.stack.spec.grant.via == "elsewhere":
        granted = _still_granted(now, steps)
    then = _World(scene, policy, grants, _document_after(now, steps), granted)
    before = [] if policy.bucket.missing else [*_own_now(now), *_others(now)]
    after = [*(() if scene.destroying else _own_then(then)), *_others(then)]
    allowed = scene.stack.spec.identity == "none"
    return Exposure(
        before=_phrases(before),
        after=_phrases(after),
        not_ours=tuple(
            sorted(
                {
                    Opening(way.text, way.opening, closing(way.opening, policy.bucket))
                    for way in after
                    if way.opening and not (allowed and way.bare)
                }
            )
        ),
        ours=tuple(sorted({way.text for way in (*before, *after) if way.ours})),
        anyone=tuple(sorted({way.text for way in (*before, *after) if way.opening or way.unsigned})),
    )


def _phrases(ways: Iterable[Way]) -> tuple[str, ...]:
    texts = list(dict.fromkeys(way.text for way in ways))
    return tuple(text for text in texts if _whole(text) not in texts) or (NOBODY,)


def _whole(text: str) -> str:
    """The phrase for a path without its path: where that one stands too, the longer one says nothing new."""
    return text.rpartition(" (")[0] if text.endswith(")") else ""


def _granted(policy: LivePolicy, grants: LiveGrants) -> frozenset[str]:
    """The OAI by which our distribution reads, when objects are granted to it without a mark of ours; of a stack that
    is destroyed all of which grants were found.
    """
    if not (grants.tally.granted or grants.tally.otherwise):
        return frozenset(id_ for id_, objects in grants.held.items() if objects)
    return frozenset(str(each.origin.oai_id) for each in policy.servings if each.ours and each.origin.oai_id)


def _still_granted(now: _World, steps: Sequence[Step]) -> frozenset[str]:
    """The OAIs that keep what they were granted on objects of the bucket."""
    edits = [step.edit for step in steps if isinstance(step, Revoke)]
    revoked = {
        edit.grantee
        for edit in edits
        if isinstance(edit, ObjectGrants) and edit.bucket == now.policy.bucket.name
    }
    return frozenset(id_ for id_ in now.granted if now.grants.canonical_users.get(id_) not in revoked)


def _document_after(now: _World, steps: Sequence[Step]) -> Json | None:
    """The bucket's policy once the steps are done."""
    document = now.document
    for step in sorted(steps, key=lambda step: step.stage.position):
        edit = step.edit if isinstance(step, Grant | Revoke) else None
        if isinstance(edit, PolicyEdit) and edit.bucket == now.policy.bucket.name:
            document = merge(document, edit.put, edit.drop)
    return document


def _own_now(world: _World) -> Iterator[Way]:
    name = world.scene.name
    open_bucket = any(way.bare for way in _bare(world))
    for each in world.policy.servings:
        if each.ours and each.enabled and (open_bucket or _may_read(world, each)):
            yield _own(_live_signers(world, each), each.path, name)


def _own_then(world: _World) -> Iterator[Way]:
    """Who gets in by our distribution when it is as the spec says.

    Where the default is public, a path for which the spec names nobody keeps its signers.
    """
    scene, policy, spec = world.scene, world.policy, world.scene.stack.spec
    if not spec.enabled or _dark(world):
        return
    default = () if spec.public else _wanted_signers(world, spec)
    yield _own(default, "", scene.name)
    live = {
        each.behavior.pattern: (each.path, _live_signers(world, each))
        for each in policy.servings
        if each.ours and each.path
    }
    named = {PathPattern(behavior.path): behavior for behavior in spec.http.behaviors}
    for pattern in (*named, *(pattern for pattern in live if pattern not in named)):
        behavior = named.get(pattern)
        path, there = live.get(pattern, (pattern.text, ()))
        asked = _wanted_signers(world, behavior) if behavior else ()
        signers = () if behavior and behavior.public else asked or default or there
        yield _own(signers, path, scene.name)


def _dark(world: _World) -> bool:
    """Whether nothing lets our distribution read: it asks as anyone does, or waits for others to let it in."""
    spec, bucket = world.scene.stack.spec, world.policy.bucket
    if any(way.bare for way in _bare(world)):
        return False
    if spec.identity == "none":
        return True
    own = [each for each in world.policy.servings if each.ours]
    unknown = not own or not bucket.usable or (spec.identity == "oai" and bucket.acls_count)
    return spec.grant.via == "elsewhere" and not unknown and not any(_may_read(world, each) for each in own)


def _own(signers: Sequence[str], path: str, name: str) -> Way:
    """The way in by our distribution: for signers or, where there are none, for anyone."""
    who = f"signers: {', '.join(signers)}" if signers else f"anyone through distribution {name}"
    return Way(who + (f" ({path})" if path else ""), ours=True, unsigned=not signers)


def _wanted_signers(world: _World, part: Spec | Behavior) -> tuple[str, ...]:
    groups = [group.name if isinstance(group, KeyGroup) else group.use for group in part.key_groups or ()]
    return _told(world, groups, part.trusted_signers or ())


def _live_signers(world: _World, each: Serving) -> tuple[str, ...]:
    signers = each.behavior.signers
    return _told(world, map(str, signers.key_groups), signers.accounts)


def _told(world: _World, groups: Iterable[str], accounts: Iterable[str]) -> tuple[str, ...]:
    """Signers in one order and by their names in specs: groups by name, our own account as ``self`` and
    first.
    """
    names = sorted(world.policy.group_names.get(group, group) for group in groups)
    numbers = {account for account in accounts if account not in ("self", world.scene.account)}
    ours = ("self",) if numbers != set(accounts) else ()
    return (*(f"key-group {name}" for name in names), *ours, *sorted(numbers))


def _others(world: _World) -> list[Way]:
    """Every way in but our own distribution."""
    return sorted({*_bare(world), *_statements(world), *_foreign(world)}, key=lambda way: way.text)


def _foreign(world: _World) -> Iterator[Way]:
    for each in world.policy.servings:
        if each.ours or not each.enabled or not _may_read(world, each):
            continue
        signers = _live_signers(world, each)
        if signers:
            yield Way(f"signers: {', '.join(signers)} through distribution {each.distribution}")
        else:
            yield Way(f"anyone: distribution {each.distribution} (unsigned)", opening=Sort.DISTRIBUTION)


def _may_read(world: _World, each: Serving) -> bool:
    """Whether the bucket lets in the identity by which a distribution reads."""
    if each.origin.oai_id and each.origin.oai_id in world.granted and world.policy.bucket.acls_count:
        return True
    return any(_lets_in(world, statement, each) for statement in _reading(world))


def _lets_in(world: _World, statement: Json, each: Serving) -> bool:
    named = principals(statement, world.policy.identities)
    if each.origin.oai_id:
        pending = each.ours and statement.get("Sid") == sid_of(world.scene, "oai") and is_pending(statement)
        return pending or Principal("oai", str(each.origin.oai_id)) in named
    if not each.origin.oac_id or Principal("service", CLOUDFRONT) not in named:
        return False
    arns = source_arns(statement)
    return arns is None or any(fnmatchcase(each.arn, arn) for arn in arns)


def _reading(world: _World) -> Iterator[Json]:
    """The statements that let somebody read objects of the stack."""
    prefix = world.scene.stack.spec.grant.prefix
    return (each for each in statements(world.document) if reads(each, world.policy.bucket.name, prefix))


def _bare(world: _World) -> Iterator[Way]:
    """Ways in for anyone who asks S3 itself."""
    bucket, tally = world.policy.bucket, world.grants.tally
    if not bucket.effective.restrict:
        for each in _reading(world):
            if is_public(each):
                anyone = "anyone" if _asks_s3(each) else "anyone with a distribution"
                yield Way(f"{anyone}: bucket policy statement {_name(each)}", opening=Sort.POLICY, bare=True)
    if not bucket.acls_count or bucket.effective.ignore_acls:
        return
    if tally.public:
        yield Way(f"anyone: {counted(tally.public)} with a public ACL", opening=Sort.ACLS, bare=True)
    if any(grantee.endswith(("/AllUsers", "/AuthenticatedUsers")) for grantee, _ in bucket.grants):
        yield Way("anyone may see which objects there are: ACL of the bucket", opening=Sort.ACLS, bare=True)


def _asks_s3(statement: Json) -> bool:
    return "NotPrincipal" in statement or Principal("anyone") in principals(statement)


def _statements(world: _World) -> Iterator[Way]:
    """Others whom a statement names: accounts, services, identities of other accounts."""
    for each in _reading(world):
        if is_public(each):
            continue
        for who in principals(each, world.policy.identities):
            phrase = _named(world, each, who)
            if phrase:
                yield Way(f"{phrase}: bucket policy statement {_name(each)}")


def _named(world: _World, statement: Json, who: Principal) -> str:
    """A phrase for one whom a statement lets in; empty for our own account, and for what `_may_read` tells
    of.
    """
    match who.kind:
        case "account" | "aws":
            return _unless_ours(world, "account", who.name)
        case "service" if who.name == CLOUDFRONT:
            phrases = [
                _unless_ours(world, "a distribution of account", arn) for arn in source_arns(statement) or ()
            ]
            return ", ".join(sorted({phrase for phrase in phrases if phrase}))
        case "oai":
            known = who.name in world.policy.identities.values()
            return "" if known else f"identity {who.name} of another account"
        case "anyone":
            return "whoever meets the condition"
        case "pending":
            return ""
    return f"{who.kind.replace('-', ' ')} {who.name}"


def _unless_ours(world: _World, what: str, name: str) -> str:
    """The account in an ARN or alone, in a phrase; empty for our own, and for what is not known before
    apply.
    """
    found = re.search(r"(?:^|:)(\d{12})(?::|$)", name)
    return f"{what} {found.group(1)}" if found and found.group(1) != world.scene.account else ""


def _name(statement: Json) -> str:
    return str(statement.get("Sid") or "without a Sid")
