"""The tag of the distribution that shows to which identities objects have grants: written before the first grant, and
removed after the last one is revoked.
"""

from collections.abc import Sequence

from cfstream.domain import ACL_TAG, LiveDistribution
from cfstream.domain.tags import put_tags, remove_tag
from cfstream.kinds.object_acl.observed import KIND, LiveGrants
from cfstream.stack.context import StackContext
from cfstream.steps.step import Change, Stage, Step
from cfstream.steps.tags import ChangeTags
from cfstream.values import Joined, Known, refs_in


def mark(context: StackContext, have: LiveGrants, former: Sequence[str], identity: Known) -> list[Step]:
    """Return the step that tags the distribution before the first grant. A new one is created with the tag."""
    if have.own is None or identity in have.marked:
        return []
    return [
        _tag(
            context,
            have.own,
            beside(former, identity),
            Stage.MARK,
            "record that objects have grants, before the first grant",
        )
    ]


def beside(former: Sequence[str], identity: Known) -> Known:
    """Return the value of the tag for the wanted identity and the former ones."""
    if not former:
        return identity
    start = " ".join(former) + " "
    return start + identity if isinstance(identity, str) else Joined((start, *refs_in(identity)))


def _tag(
    context: StackContext, own: LiveDistribution, value: Known, stage: Stage, because: str
) -> ChangeTags:
    return ChangeTags(
        address=context.address(KIND),
        stage=stage,
        because=because,
        line=context.stack.line("grant"),
        changes=(Change(f"tags.{ACL_TAG}", own.tag(ACL_TAG), value),),
        call=put_tags(own.arn, {ACL_TAG: value}),
        seen=own.tags or {},
    )


def unmark(
    context: StackContext, own: LiveDistribution, former: Sequence[str], identity: Known | None
) -> ChangeTags:
    """Return the step that removes the former OAIs from the tag. The wanted one stays."""
    because = f"the tag records which OAIs have grants on objects: {', '.join(former)} has none now"
    if identity is not None:
        return _tag(context, own, identity, Stage.UNMARK, because)
    return ChangeTags(
        address=context.address(KIND),
        stage=Stage.UNMARK,
        because=because,
        line=context.stack.line("grant"),
        changes=(Change(f"tags.{ACL_TAG}", own.tag(ACL_TAG), None),),
        call=remove_tag(own.arn, ACL_TAG),
        seen=own.tags or {},
    )
