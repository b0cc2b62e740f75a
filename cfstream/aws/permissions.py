"""Find the IAM action and resource that a call needs, for the advice after AccessDenied."""

import re

from cfstream.permissions.actions import actions_of, resource_type
from cfstream.ports import Call


def permission(call: Call, message: str = "", account: str = "") -> str:
    """Return the permission that `call` lacks: ``allow s3:GetBucketPolicy on arn:aws:s3:::lectures-media``.

    If AWS's own message names the action and the resource, these are used.
    """
    denied = re.search(
        r"not authorized to perform: (\S+?)(?: on resource: \"?([^\s\"]+)\"?)?(?:\s|$)", message
    )
    action = (denied and denied.group(1)) or " and ".join(actions_of(call.service, call.operation))
    return f"allow {action} on {(denied and denied.group(2)) or _resource(call, account)}"


def _resource(call: Call, account: str) -> str:
    bucket, key = call.params.get("Bucket"), call.params.get("Key")
    if bucket:
        return f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
    arn = call.params.get("Resource") or call.params.get("CertificateArn")
    if isinstance(arn, str):
        return arn
    if call.params.get("HostedZoneId"):
        return f"arn:aws:route53:::hostedzone/{call.params['HostedZoneId']}"
    if call.service != "cloudfront" or not call.params.get("Id"):
        return "*"
    kind = resource_type(call.operation)
    return f"arn:aws:cloudfront::{account or '<account>'}:{kind}/{call.params['Id']}" if kind else "*"
