"""What a plan reports about the ACLs of objects: members that a write would lose, hidden grants, unread ACLs. Pure."""

from cfstream.domain.unknown_members import UPDATE_BOTO3, would_be_lost
from cfstream.errors import Notice, Problem
from cfstream.kinds.object_acl.observed import LiveGrants, counted
from cfstream.kinds.object_acl.sample import MOST_READ
from cfstream.stack.context import StackContext


def unknown_members(context: StackContext, have: LiveGrants) -> tuple[Problem, ...]:
    """Return a problem if ACLs have members that boto3 does not know: a write would remove them."""
    if not have.tally.unknown:
        return ()
    what = would_be_lost(f"ACLs of objects in {have.bucket.name}", sorted(have.tally.unknown))
    return (context.stack.problem(what, f"{UPDATE_BOTO3}, then plan again", "grant"),)


def hidden_grants(have: LiveGrants) -> Notice:
    """Return the warning that a write removes public grants that S3 does not show.

    GetObjectAcl returns the effective permissions (S3 User Guide, "Blocking public access to your Amazon S3 storage").
    """
    return Notice(
        f"S3 hides public grants in the ACLs of {have.bucket.name} while IgnorePublicAcls is on. An object that has "
        "one loses it when cfstream writes its ACL",
        warning=True,
        do="to keep such grants, turn IgnorePublicAcls off before apply, or grant via bucket-policy",
    )


def about_the_sample(have: LiveGrants) -> list[Notice]:
    """Return the notice of a sample: how many objects it has, and what it does not show."""
    tally = have.tally
    if not tally.sampled:
        return []
    read = sum(len(each.keys) for each in tally.acls.classes)
    return [
        Notice(
            f"{have.bucket.name} has more than {MOST_READ} objects, so the ACLs of a sample of {read} were read. It is "
            "not known whether other objects lack the grant, or are public. A grant goes through every object",
            do="to read all ACLs, add --all-objects",
        )
    ]


def about_unread_acls(context: StackContext, have: LiveGrants) -> list[Notice]:
    """Return a notice if ACLs that may let anyone read were not read, or could not be read."""
    bucket, acls = have.bucket, have.acls
    if not bucket.usable or not bucket.acls_count:
        return []
    if acls.unread:
        many = counted(len(acls.unread))
        text = f"the ACLs of {many} in {bucket.name} could not be read. It is not known whether anyone can read them"
        return [Notice(text, warning=True, do="allow s3:GetObjectAcl on them, then run the command again")]
    if acls.complete or acls.sampled or bucket.effective.ignore_acls:
        return []
    verify = context.command("verify")
    text = (
        f"the ACLs of the objects in {bucket.name} were not read, and one may let anyone read. To read them: {verify}, "
        "or plan with --all-objects"
    )
    return [Notice(text)]
