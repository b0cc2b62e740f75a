"""The objects' ACLs as `access` judges them: what is live, and what a step leaves. Pure."""

from dataclasses import replace

from cfstream.domain import AclGrant, BucketState, ObjectAcls, ObjectClass
from cfstream.kinds.object_acl.observed import LiveGrants
from cfstream.stack.context import StackContext
from cfstream.steps.object_grants import ObjectGrants


def known_acls(context: StackContext, have: LiveGrants) -> ObjectAcls:
    """Return what is known about the objects' ACLs. With `via: elsewhere` a plan does not read them."""
    elsewhere = context.stack.spec.grant.via == "elsewhere" and have.bucket.acls_count
    return replace(have.acls, granted_unread=elsewhere and not have.acls.complete)


def granted(bucket: BucketState, edit: ObjectGrants) -> BucketState:
    """Return the bucket in which every object under the prefix has exactly the permission for the grantee.

    A job leaves no other grant on the objects of the bucket's owner, and changes no others. With a list of objects, it
    changes only these.
    """
    listed = frozenset(edit.job.objects.keys) if edit.job else frozenset()
    found: dict[tuple[frozenset[AclGrant], str], list[str]] = {}
    for each in bucket.objects.classes:
        if edit.job and each.owner:
            found.setdefault((each.grants, each.owner), []).extend(each.keys)
            continue
        stays = frozenset() if edit.job else each.grants
        kept = frozenset(grant for grant in stays if grant.grantee != edit.grantee)
        given = kept | ({AclGrant(edit.grantee, edit.permission)} if edit.permission else frozenset())
        for key in each.keys:
            concerned = key.startswith(edit.prefix) and not (edit.beyond and key.startswith(edit.beyond))
            concerned = concerned and (not listed or key in listed)
            found.setdefault((given if concerned else each.grants, each.owner), []).append(key)
    classes = tuple(ObjectClass(grants, tuple(keys), owner) for (grants, owner), keys in found.items())
    return replace(bucket, objects=replace(bucket.objects, classes=classes))
