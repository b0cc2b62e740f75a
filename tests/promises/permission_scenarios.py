"""Changes of specs that together make every call that the golden plans do not make."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cfstream.stack.caller_reference import caller_reference
from tests.promises.ending import destroy
from tests.promises.foreign import by_hand
from tests.promises.site import CNAME, PAGE, zone
from tests.world.account import SandboxAccount
from tests.world.batch import ROLE, make_role
from tests.world.configs import make_streaming, streaming_config
from tests.world.specs import Json, by_acl, group, http, key, rtmp, signed
from tests.world.statements import allow

AccountChange = Callable[[SandboxAccount], None]


def nothing(_account: SandboxAccount) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class PermissionChange:
    """A change from one spec to another.

    `first` is done in the empty account, `then` before the second spec is planned, and `last` before it is destroyed.
    `loses_replies` loses the reply to each create call.
    """

    after: Json | Sequence[Json]
    before: Json | None = None
    first: AccountChange = nothing
    then: AccountChange = nothing
    last: AccountChange = nothing
    loses_replies: bool = False


def certificate_and_zone(account: SandboxAccount) -> None:
    """Create a certificate and a zone."""
    account.certificate("*.example.com")
    zone(account)


def open_acls(account: SandboxAccount) -> None:
    """Create a bucket with ACLs enabled and nothing blocked."""
    account.unblocked()
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    account.s3.put_bucket_ownership_controls(Bucket="media", OwnershipControls=rules)


def many_distributions(account: SandboxAccount) -> None:
    """Create more distributions of others than are read one by one."""
    origin = {
        "Id": "s3",
        "DomainName": "else.s3.us-east-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    account.bucket("else")
    for number in range(21):
        by_hand(
            account,
            CallerReference=f"foreign-{number}",
            Origins={"Quantity": 1, "Items": [origin]},
            DefaultCacheBehavior={
                "TargetOriginId": "s3",
                "ViewerProtocolPolicy": "https-only",
                "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            },
        )
        s3_origin = {"DomainName": "else.s3.amazonaws.com", "OriginAccessIdentity": ""}
        make_streaming(account.cloudfront, streaming_config(f"stream-{number}", S3Origin=s3_origin))


def change_signing(account: SandboxAccount) -> None:
    """Change how the origin access control signs."""
    (control,) = account.controls()
    reply = account.cloudfront.get_origin_access_control_config(Id=control)
    config = reply["OriginAccessControlConfig"] | {"SigningBehavior": "never"}
    account.cloudfront.update_origin_access_control(
        Id=control, IfMatch=reply["ETag"], OriginAccessControlConfig=config
    )


def overwrite_comment(account: SandboxAccount) -> None:
    """Overwrite the comment of the identity."""
    (identity,) = account.identities()
    reply = account.cloudfront.get_cloud_front_origin_access_identity_config(Id=identity)
    config = reply["CloudFrontOriginAccessIdentityConfig"] | {"Comment": "ours"}
    account.cloudfront.update_cloud_front_origin_access_identity(
        Id=identity, IfMatch=reply["ETag"], CloudFrontOriginAccessIdentityConfig=config
    )


def with_access_point(account: SandboxAccount) -> None:
    """Give the bucket an access point."""
    client = account.clients("s3control")
    client.create_access_point(AccountId=account.world.account, Name="point", Bucket="media")


def with_statement(account: SandboxAccount) -> None:
    """Enable ACLs, and add a statement of others to the policy."""
    open_acls(account)
    account.put_policy(allow("audit", {"AWS": "arn:aws:iam::111122223333:root"}))


def lost(account: SandboxAccount) -> None:
    """An earlier run created the identity, and someone overwrote its comment before it was used."""
    reference = caller_reference(account.world.account, "lectures", "origin-access-identity")
    account.make_identity("somebody's words", reference)


def orphan(account: SandboxAccount) -> None:
    """Create an identity with the stack's mark that nothing uses."""
    account.make_identity("cfstream:lectures twin")


def with_logs(account: SandboxAccount) -> None:
    """Create another bucket for logs."""
    account.bucket("logs", ObjectOwnership="BucketOwnerPreferred")


def with_role(account: SandboxAccount) -> None:
    """Enable ACLs, and make what a job needs. Its role may not write one object, so that it has a report."""
    open_acls(account)
    account.bucket("reports")
    make_role(account.clients("iam"), but="a/one.mp4")
    account.clock.slept += 10


def ended(document: Json) -> AccountChange:
    """Destroy the stack."""

    def hand(account: SandboxAccount) -> None:
        destroy(account, document)

    return hand


WEB_ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/viewers/a1b2c3d4-5678-90ab-cdef-111111111111"
CORS: Json = {"cors": {"origins": [PAGE]}}
NAMED: Json = {"cnames": [CNAME]}
TWO_KEYS = [group(key("one"), key("two"))]

CHANGES: Mapping[str, PermissionChange] = {
    "site made, no reply": PermissionChange(
        http(**NAMED, http=CORS, dns={"route53": "example.com"}),
        first=certificate_and_zone,
        loses_replies=True,
    ),
    "names and pages": PermissionChange(
        http(**NAMED, http={"cors": {"origins": ["https://other.example.com"]}}, dns=False),
        http(cnames=["old.example.com"], http=CORS, dns={"route53": "example.com"}),
        first=certificate_and_zone,
    ),
    "a name goes to another stack": PermissionChange(
        [signed(name="old", cnames=[]), signed(name="new", **NAMED)],
        signed(name="old", **NAMED),
        first=certificate_and_zone,
    ),
    "no pages": PermissionChange(http(http={"cors": False}), http(http=CORS)),
    "own cache policy": PermissionChange(signed(http={"cache_policy": "mine"})),
    "other policies": PermissionChange(
        signed(http={"origin_request_policy": "mine", "response_headers_policy": "mine", "web_acl": WEB_ACL})
    ),
    "own control, changed by hand": PermissionChange(signed(), signed(), then=change_signing),
    "identity made, no reply": PermissionChange(http(oai={}), loses_replies=True),
    "identity renamed": PermissionChange(
        http(oai={"comment": "new"}), http(oai={"comment": "old"}), last=overwrite_comment
    ),
    "identity to control": PermissionChange(http(), http(oai={})),
    "control to identity": PermissionChange(http(oai={}), http()),
    "another key": PermissionChange(http(key_groups=TWO_KEYS, oai={}), http(oai={})),
    "other groups": PermissionChange(
        http(key_groups=[group(key("two"), name="members")], oai={}), http(key_groups=TWO_KEYS, oai={})
    ),
    "objects": PermissionChange(by_acl(), signed(oai={}), first=open_acls),
    "objects by a job": PermissionChange(
        by_acl(grant={"engine": "s3-batch", "batch": {"role": ROLE, "report_bucket": "reports"}}),
        first=with_role,
    ),
    "objects no more": PermissionChange(signed(oai={}), by_acl(), first=open_acls),
    "crowd": PermissionChange(signed(), first=many_distributions, last=ended(signed())),
    "access point": PermissionChange(signed(), first=with_access_point),
    "logs": PermissionChange(signed(logging={"bucket": "logs"}), signed(), first=with_logs),
    "elsewhere": PermissionChange(signed(grant={"via": "elsewhere"})),
    "rtmp made, no reply": PermissionChange(rtmp(), loses_replies=True),
    "rtmp": PermissionChange(
        rtmp(comment="new", grant={"via": "object-acl"}),
        rtmp(comment="old"),
        first=open_acls,
        last=overwrite_comment,
    ),
    "rtmp, objects no more": PermissionChange(
        rtmp(), rtmp(grant={"via": "object-acl"}), first=with_statement
    ),
    "rtmp crowd": PermissionChange(rtmp(), first=many_distributions, last=ended(rtmp())),
    "rtmp, identity lost and found": PermissionChange(rtmp(), first=lost),
    "identity lost and found": PermissionChange(http(oai={}), first=lost),
    "rtmp, identity renamed": PermissionChange(
        rtmp(oai={"comment": "new"}), rtmp(oai={"comment": "old"}), then=orphan
    ),
    "rtmp access point": PermissionChange(rtmp(), first=with_access_point),
}
