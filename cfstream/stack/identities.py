"""The origin access identities (OAI) of the account, and which of them is the stack's own."""

from collections.abc import Iterator, Mapping, Sequence

from cfstream.domain import ACL_TAG, LiveDistribution
from cfstream.errors import Missing
from cfstream.indexed import Indexed, having
from cfstream.ports import Reads
from cfstream.spec.model import Spec
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.caller_reference import is_caller_reference
from cfstream.stack.context import StackContext
from cfstream.stack.owned import OwnedKind, Version, chosen, ids, marked
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import Stage
from cfstream.values import Json

IDENTITY = OwnedKind(
    kind="origin-access-identity",
    noun="cloud_front_origin_access_identity",
    plural="cloud_front_origin_access_identities",
    resource="CloudFrontOriginAccessIdentity",
    created=Stage.IDENTITY,
    deleted=Stage.DELETE_IDENTITY,
    outputs={"id": "Id", "canonical_user": "S3CanonicalUserId"},
    brings=("id", "canonical_user"),
    named=False,
    referenced=True,
)


@dataclass(frozen=True, order=True)
class LiveIdentity:
    """A row of ListCloudFrontOriginAccessIdentities."""

    id: str
    canonical_user: str
    comment: str

    @property
    def name(self) -> str:
        """Empty: comments are not unique, and there are no names."""
        return ""

    @property
    def content(self) -> Json:
        return {"id": self.id, "comment": self.comment}


@dataclass(frozen=True)
class Identities:
    """All identities of the account, sorted by id."""

    all: Indexed[LiveIdentity] = Indexed()
    own: LiveIdentity | None = None
    """The stack's own one, whether the spec wants it or not."""
    overwritten: Version | None = None
    """The document of `own`, if its comment no longer has the mark."""

    def get(self, identity: str) -> LiveIdentity | None:
        """Return the identity with this id."""
        return next(iter(self.all.having(ids, identity)), None)


def used_identity(spec: Spec) -> str:
    """Return the id of the identity that the spec refers to; empty if it refers to none."""
    return (spec.oai.id or "") if spec.identity == "oai" and spec.oai else ""


def own_identity(spec: Spec) -> bool:
    """Return whether the spec asks for an identity that the stack owns."""
    return spec.identity == "oai" and not used_identity(spec)


RELEASED = "left by"
"""The start of the comment of an identity that a stack created, and left to the policies that name it."""


def released_comment(context: StackContext) -> str:
    """Return the comment of an identity that the stack leaves: without the mark, it is no longer the stack's."""
    return f"{RELEASED} {context.mark}: bucket policies name it"


def users_of_identity(identity: str, rows: Sequence[LiveDistribution]) -> tuple[str, ...]:
    """Return the ids of the distributions that have an origin with this identity."""
    return tuple(row.id for row in rows if any(origin.oai_id == identity for origin in row.origins))


def unwanted_identities(context: StackContext, have: Identities, kept: str) -> tuple[LiveIdentity, ...]:
    """Return the identities that the stack owns, except the one with the id `kept`."""
    found = {*marked(context, have.all), *([have.own] if have.own else [])}
    return tuple(sorted(live for live in found if live.id != kept))


def listed_identities(lists: AccountLists) -> Indexed[LiveIdentity]:
    """Return the identities of the account as the list shows them, sorted by id. Raises as `Reads.items`."""
    return Indexed(
        sorted(
            LiveIdentity(row["Id"], row["S3CanonicalUserId"], row.get("Comment") or "")
            for row in IDENTITY.rows(lists.aws)
        )
    )


def users_of_identities(lists: AccountLists) -> Mapping[str, str]:
    """Return the id of each identity of the list, by its canonical user id. Raises as `Reads.items`."""
    return {each.canonical_user: each.id for each in lists.of(listed_identities)}


def read_identities(
    lists: AccountLists, context: StackContext, distribution: LiveDistribution | None
) -> Identities:
    """Return the identities of the account. `distribution` is the stack's own one.

    Makes the list call, and reads each identity by its id that the distribution names and the list does not have. Reads
    one document if no identity has the stack's mark. Raises as `Reads.read`.
    """
    origin = distribution.default_origin if distribution else None
    used = str(origin.oai_id) if origin else ""
    aws, listed = lists.aws, lists.of(listed_identities)
    more = tuple(_unlisted(aws, listed, distribution, used))
    found = Identities(Indexed(sorted([*listed, *more])) if more else listed)
    own = chosen(marked(context, found.all), "", used)
    spec = context.stack.spec
    looked_for = not used_identity(spec) if context.destroying else own_identity(spec)
    if own is None and looked_for:
        return _unmarked(aws, context, found, used)
    return Identities(found.all, own)


def _unlisted(
    aws: Reads, listed: Sequence[LiveIdentity], distribution: LiveDistribution | None, used: str
) -> Iterator[LiveIdentity]:
    """Yield the identities that the distribution names and the list lacks.

    The list lags behind a creation. If an identity counted as gone, its grants would stay.
    """
    named = {used, *distribution.tag_words(ACL_TAG)} if distribution else set()
    for identity in sorted(each for each in named - {""} if not having(listed, ids, each)):
        try:
            reply = aws.read(IDENTITY.get(identity))
        except Missing:
            continue
        live = reply[IDENTITY.resource]
        yield LiveIdentity(live["Id"], live["S3CanonicalUserId"], live[IDENTITY.config].get("Comment") or "")


def _unmarked(aws: Reads, context: StackContext, have: Identities, used: str) -> Identities:
    """Return `have` with the stack's own identity, found by its caller reference because its mark was overwritten.

    Creating it again would be refused (CloudFrontOriginAccessIdentityAlreadyExists). Rows do not have the reference, so
    only the identity that the stack's distribution uses is read.
    """
    live = have.get(used)
    if live is None or (context.destroying and live.comment.startswith(RELEASED)):
        return have
    try:
        version = IDENTITY.read(aws, live.id)
    except Missing:
        return have
    if not is_caller_reference(
        version.document["CallerReference"], context.account, context.name, IDENTITY.kind
    ):
        return have
    return Identities(have.all, live, version)
