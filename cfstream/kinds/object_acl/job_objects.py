"""Choose the objects of a job: those that lack the grant, those of an inventory, or those that S3 lists. Pure.

- If some objects have the grant already, and at most `MOST_LISTED` lack it: a list of these. Others keep their ACLs.
- Else, the newest list of the inventory, if it has exactly the objects under the prefix. The step does not use it if an
  object was written after the list was made.
- Else, S3 lists the objects under the prefix that were written before the ACLs were read.
"""

from collections.abc import Iterator

from cfstream.errors import Notice
from cfstream.kinds.object_acl.job_role import lacking
from cfstream.kinds.object_acl.observed import MOST_KEYS, LiveGrants
from cfstream.stack.context import StackContext
from cfstream.steps.batch_manifest import BY_S3, MOST_LISTED, JobObjects
from cfstream.values import Known


def job_objects(context: StackContext, have: LiveGrants, user: Known) -> JobObjects:
    """Return the objects of a job that grants to `user`: those of S3's list if the role cannot read a better one."""
    best = best_objects(context, have, user)
    if lacking(context, have.job_role, best) and not lacking(context, have.job_role, BY_S3):
        return BY_S3
    return best


def best_objects(context: StackContext, have: LiveGrants, user: Known) -> JobObjects:
    """Return the objects of a job whose role may read all lists."""
    inventory = have.inventory
    if inventory is not None and inventory.objects:
        return JobObjects(inventory.keys) if inventory.keys else JobObjects(inventory=inventory.manifest)
    tally = have.tally
    if have.acls.complete and 0 < tally.lacking < tally.total and tally.lacking <= MOST_LISTED:
        keys = tuple(_lacking(context, have, user))
        if len(keys) == tally.lacking:  # of a very frequent ACL, not all keys are kept
            return JobObjects(keys)
    return BY_S3


def unread_list(
    context: StackContext, have: LiveGrants, user: Known, objects: JobObjects
) -> tuple[Notice, ...]:
    """Return the notice that the role cannot read the best list of the objects."""
    best = best_objects(context, have, user)
    if best == objects:
        return ()
    missing = "; ".join(
        f"{action} on {resource}" for action, resource in lacking(context, have.job_role, best)
    )
    text = "The job goes through all objects: its role cannot read a list of those that need the grant"
    return (Notice(text, do=f"add to a policy of the role: Allow {missing}"),)


def _lacking(context: StackContext, have: LiveGrants, user: Known) -> Iterator[str]:
    """Yield the objects under the prefix without exactly the wanted permission."""
    grant = context.stack.spec.grant
    for each in have.acls.classes:
        given = {grant.permission for grant in each.grants if grant.grantee == user}
        if given != {grant.permission}:
            yield from (key for key in each.keys if key.startswith(grant.prefix))
    yield from (key for key in have.acls.unread if key.startswith(grant.prefix))


def others_named(have: LiveGrants, prefix: str, user: Known, objects: JobObjects) -> str:
    """Return why a job over these objects might remove grants to others; empty if it cannot."""
    acls, inventory = have.acls, have.inventory
    if not acls.complete and inventory is None:
        return NOT_ALL
    if inventory is not None and (named := inventory.others_lacking if objects.keys else inventory.others):
        return named
    listed = frozenset(objects.keys)

    def in_job(key: str) -> bool:
        return key in listed if listed else key.startswith(prefix)

    if unread := [key for key in acls.unread if in_job(key)]:
        return f"the ACL of {unread[0]!r} cannot be read"
    for each in acls.classes:
        # Of a very frequent ACL, not all keys are kept.
        keys = [key for key in each.keys if in_job(key)] or [*each.keys[MOST_KEYS - 1 :]] * (not listed)
        named_here = sorted({grant.grantee for grant in each.grants if grant.grantee != user}, key=str)
        if keys and each.owner:
            return f"another account owns {keys[0]!r}"
        if keys and named_here:
            return f"the ACL of {keys[0]!r} also names {named_here[0]}"
    return ""


NOT_ALL = "not all ACLs were read"
