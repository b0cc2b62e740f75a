"""The steps that create, change and delete a distribution of either delivery: the two APIs differ only in names."""

from collections.abc import Mapping, Sequence
from typing import Any

from cfstream.domain import NAME_TAG, Delivery, LiveDistribution
from cfstream.errors import Notice
from cfstream.ports import Call
from cfstream.spec.model import Spec
from cfstream.spec.wording import some_of
from cfstream.stack.calls import (
    ANYTHING,
    LOG_BUCKET,
    NEW,
    OTHER,
    OTHER_SEEN,
    OWN,
    OWN_TAGS,
    SEEN,
    Needs,
    calls,
    other_delivery,
)
from cfstream.stack.context import StackContext
from cfstream.stack.distribution_preflight import ownership_problems
from cfstream.stack.distributions import wait_for
from cfstream.stack.fields import Overlay
from cfstream.stack.proposal import KindResults, Proposal, Relied
from cfstream.stack.tagging import creation_tag_changes, creation_tags, tag_step
from cfstream.steps.adopt import with_tags
from cfstream.steps.content import canonical, without_secrets
from cfstream.steps.create import Create, Twin
from cfstream.steps.delete import Delete
from cfstream.steps.disable import Disable
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.steps.modify import Modify
from cfstream.steps.step import Change, Stage, Step
from cfstream.steps.tags import ChangeTags
from cfstream.values import Json, Known, Ref, Verb, digest, step_id

NAMED_CHANGES = 3
"""Changed fields that a step's reason names; the rest is counted."""


def creating(
    context: StackContext, delivery: Delivery, made: Overlay, results: KindResults
) -> tuple[Step, ...]:
    """Return the steps that create the distribution, with signers and tags in one call, and wait for it."""
    resource, name = delivery.resource, delivery.operation_noun
    config, both = delivery.document, f"{delivery.document}WithTags"
    tags = {"Items": creation_tags(context, results)}
    create = Create(
        address=context.address(delivery.kind),
        stage=Stage.DISTRIBUTION,
        because="deliver the media to viewers",
        line=context.stack.line("name"),
        changes=(*made.changes, *creation_tag_changes(context)),
        call=Call("cloudfront", f"create_{name}_with_tags", {both: {config: made.config, "Tags": tags}}),
        outputs={
            "id": f"{resource}.Id",
            "arn": f"{resource}.ARN",
            "domain_name": f"{resource}.DomainName",
            "etag": "ETag",
        },
        twin=_twin(delivery, context.name),
        document=f"{both}.{config}",
        reference=f"{both}.{config}.CallerReference",
        tags=f"{both}.Tags",
    )
    # It is unknown before the call which generation of the caller reference AWS accepts.
    shown = {name: value for name, value in made.config.items() if name != "CallerReference"}
    because = f"until the new {delivery.words} is Deployed"
    return (create, wait_for(context, delivery, Ref(create.id), shown, because))


def _twin(delivery: Delivery, name: str) -> Twin:
    """Return how a distribution is found that an earlier run created, without reading the reply."""
    resource = delivery.resource
    return Twin(
        listing=Call("cloudfront", delivery.listing.operation, {"MaxItems": "100"}),
        row_id="Id",
        detail=f"get_{delivery.operation_noun}",
        match={},
        content=f"{resource}.{delivery.document}",
        name={NAME_TAG: name},
        arn=f"{resource}.ARN",
    )


def changing(
    context: StackContext, live: LiveDistribution, laid: Overlay, *, moving: bool = False
) -> tuple[Step, ...]:
    """Return one step that changes all fields and tags that differ, and the wait for it; nothing if none differ.

    `moving` is whether another step moves a name to the distribution: an adopted one gets its tag before that.
    """
    tags = tag_step(context, live, others=moving or bool(laid.changes))
    if not laid.changes:
        return () if tags is None else (tags,)
    changed = {name: value for name, value in laid.config.items() if value != live.config.get(name)}
    wait = wait_for(context, live.delivery, live.id, changed, "until the change is Deployed")
    return (_update(context, live, laid, tags), wait)


def removing(context: StackContext, live: LiveDistribution) -> tuple[Step, ...]:
    """Return the steps that disable it, wait until every edge has the change, and delete it."""
    name, config = live.delivery.operation_noun, live.delivery.document
    read = live.delivery.get_config(live.id)
    off = {**live.config, "Enabled": False}
    steps: list[Step] = []
    if live.enabled:
        steps.append(
            Disable(
                address=context.address(live.delivery.kind),
                stage=Stage.SWITCH,
                because="CloudFront deletes only disabled distributions",
                line=context.stack.line("name"),
                changes=(Change("enabled", before=True, after=False),),
                hazards=(Hazard(HazardName.CUTS_VIEWERS, f"{_hosts(live)}: viewers get errors"),),
                call=Call("cloudfront", f"update_{name}", {"Id": live.id, config: off}),
                document=config,
                read=read,
                content=config,
                base=live.config,
                etag=live.etag,
                unknown=live.unknown_members,
            )
        )
    if steps or live.status != "Deployed":
        because = "until it is disabled at every edge"
        steps.append(wait_for(context, live.delivery, live.id, {"Enabled": False}, because))
    return (*steps, _delete(context, live, Call("cloudfront", f"delete_{name}", {"Id": live.id}), read, off))


def _delete(context: StackContext, live: LiveDistribution, call: Call, read: Call, off: Json) -> Delete:
    adopted = context.stack.spec.adopt == live.id
    text = f"the {live.delivery.words} {live.id} and its domain name cannot be restored"
    text += "; the stack adopted it and did not create it" if adopted else ""
    return Delete(
        address=context.address(live.delivery.kind),
        stage=Stage.DELETE_DISTRIBUTION,
        because="the stack adopted it, and is being destroyed" if adopted else "the stack is being destroyed",
        line=context.stack.line("adopt" if adopted else "name"),
        changes=(Change("name", context.name, None),),
        hazards=(Hazard(HazardName.DELETES, text),),
        call=call,
        read=read,
        content=live.delivery.document,
        base=off,
    )


def _hosts(live: LiveDistribution) -> str:
    return ", ".join([live.domain_name, *live.aliases])


def brings(context: StackContext, live: LiveDistribution | None) -> dict[str, Known]:
    """Return what later kinds may refer to: id, ARN and domain name, live or of the step that creates it."""
    if live is not None:
        return {"id": live.id, "arn": live.arn, "domain_name": live.domain_name}
    create = step_id(Verb.CREATE, context.distribution)
    return {name: Ref(create, name) for name in ("id", "arn", "domain_name")}


def distribution_outputs(context: StackContext, results: KindResults) -> Mapping[str, Any]:
    """Return the id and the domain name of the stack's distribution, as outputs."""
    return {
        "distribution_id": results.get(context.distribution),
        "domain_name": results.get(context.distribution, "domain_name"),
    }


def _update(context: StackContext, live: LiveDistribution, laid: Overlay, tags: ChangeTags | None) -> Modify:
    config, name = live.delivery.document, live.delivery.operation_noun
    modify = Modify(
        address=context.address(live.delivery.kind),
        stage=Stage.SWITCH,
        because=_named(laid.changes),
        line=context.stack.line(*_place(laid.changes[0].field)),
        changes=laid.changes,
        hazards=laid.hazards,
        call=Call("cloudfront", f"update_{name}", {"Id": live.id, config: laid.config}),
        document=config,
        read=live.delivery.get_config(live.id),
        content=config,
        base=live.config,
        etag=live.etag,
        unknown=live.unknown_members,
    )
    return modify if tags is None else with_tags(modify, tags)


def _named(changes: tuple[Change, ...]) -> str:
    return some_of(list(dict.fromkeys(change.field for change in changes)), NAMED_CHANGES)


def _place(field: str) -> tuple[str, ...]:
    """Return where a changed field is in the spec, as far as its name shows that."""
    return tuple(field.split("[", 1)[0].split("."))


def ending(context: StackContext, going: Sequence[LiveDistribution]) -> Proposal:
    """Return the deletion of the stack's distributions of one delivery; nothing if there are none."""
    notices = []
    for live in going:
        by_hand = live.aliases if context.stack.spec.dns is None else ()
        if by_hand:
            text = f"cfstream does not manage the DNS records of {', '.join(by_hand)}"
            do = f"delete those that point to {live.domain_name} first"
            notices.append(Notice(text, warning=True, do=do))
    return Proposal(
        steps=tuple(step for live in going for step in removing(context, live)),
        relied_on=tuple(relied(context, live) for live in going),
        problems=tuple(each for live in going for each in ownership_problems(context, live, ())),
        notices=tuple(notices),
    )


def relied(context: StackContext, live: LiveDistribution | None) -> Relied:
    """Return what a plan relies on: the distribution's config, without its ETag, or its absence."""
    if live is None:
        return Relied(context.distribution, digest(None))
    content = {"config": canonical(without_secrets(live.config)), "tags": dict(live.tags or {})}
    return Relied(context.address(live.delivery.kind), digest(content), live.etag, document=content)


def distribution_reads(spec: Spec) -> Needs:
    """Yield the calls that find the stack's distribution, and read it and its log bucket."""
    yield from calls(ANYTHING, "cloudfront", "list_distributions", "list_streaming_distributions")
    # Not limited to SEEN: IAM has no resource of this action for streaming distributions.
    yield from calls(ANYTHING, "cloudfront", "list_tags_for_resource")
    yield from calls(ANYTHING, "resourcegroupstaggingapi", "get_resources")
    yield from calls(SEEN, "cloudfront", f"get_{Delivery(spec.delivery).operation_noun}")
    if spec.logging:
        yield from calls(LOG_BUCKET, "s3", "head_bucket", "get_bucket_ownership_controls")


def distribution_writes(spec: Spec, *, destroying: bool) -> Needs:
    """Yield the calls that create and change the stack's distribution, or delete it."""
    noun = Delivery(spec.delivery).operation_noun
    yield from calls(SEEN, "cloudfront", f"get_{noun}_config")
    yield from calls(OWN, "cloudfront", f"update_{noun}")
    if destroying:
        yield from calls(OWN, "cloudfront", f"delete_{noun}")
        # A stack whose delivery was changed in its spec still owns a distribution of the other delivery.
        other = other_delivery(spec).operation_noun
        yield from calls(OTHER_SEEN, "cloudfront", f"get_{other}", f"get_{other}_config")
        yield from calls(OTHER, "cloudfront", f"update_{other}", f"delete_{other}")
        return
    if not spec.adopt:
        yield from calls(NEW, "cloudfront", f"create_{noun}_with_tags")
    yield from calls(OWN, "cloudfront", "untag_resource")
    yield from calls(OWN_TAGS, "cloudfront", "tag_resource")
    if (
        spec.logging
    ):  # CloudFront changes the ACL with the caller's permissions (Developer Guide, standard logging)
        yield from calls(LOG_BUCKET, "s3", "get_bucket_acl", "put_bucket_acl")
