"""The condition keys that requests of one kind have or lack, which classes of requesters share.

Source: IAM User Guide, "AWS global condition context keys", "Availability".
"""

from collections.abc import Mapping

from cfstream.access.policy.context import ABSENT, CHOSEN, UNKNOWN, Chosen, IpAddress, Unknown, Value, fixed

NEW_ACCOUNT = "000000000000"
"""Represents an account that no policy names."""

EVERY_ACCOUNT = "????????????"
"""Matches the number of every account."""

NEW_ORGANISATION: Mapping[str, Value] = {
    "aws:sourceorgid": Unknown(("o-new0000000",), issuable=("o-*",)),
    "aws:sourceorgpaths": Unknown(("o-new0000000/r-new0/",), issuable=("o-*",)),
}
"""The context of a service's request for an organisation that no policy names."""
NO_PRINCIPAL: Mapping[str, Value] = {
    "aws:principalarn": ABSENT,
    "aws:principalaccount": ABSENT,
    "aws:principalorgid": ABSENT,
    "aws:principalorgpaths": ABSENT,
    "aws:principaltag/*": ABSENT,
    "aws:username": ABSENT,
}
NO_SOURCE: Mapping[str, Value] = {
    "aws:sourcearn": ABSENT,
    "aws:sourceaccount": ABSENT,
    "aws:sourceowner": ABSENT,
    "aws:sourceorgid": ABSENT,
    "aws:sourceorgpaths": ABSENT,
    "aws:principalservicename": ABSENT,
    "aws:principalservicenameslist": ABSENT,
}
INTERNET: Mapping[str, Value] = {
    "aws:sourceip": IpAddress(optional=True, elsewhere=True),
    # Anybody can create a VPC with any address range, and an endpoint. AWS issues the ids.
    "aws:vpcsourceip": IpAddress(optional=True),
    "aws:sourcevpc": Chosen(("vpc-0new0",), issuable=("vpc-*",)),
    "aws:sourcevpce": Chosen(("vpce-0new0",), issuable=("vpce-*",)),
    "aws:sourcevpcarn": Chosen(
        (f"arn:aws:ec2:us-east-1:{NEW_ACCOUNT}:vpc/vpc-0new0",), issuable=("arn:*:vpc/vpc-*",)
    ),
    "aws:vpceaccount": Chosen((NEW_ACCOUNT,), issuable=(EVERY_ACCOUNT,)),
    "aws:vpceorgid": Chosen(("o-new0000000",), issuable=("o-*",)),
    "aws:vpceorgpaths": Chosen(("o-new0000000/r-new0/",), issuable=("o-*",)),
    # Anybody can create an access point for the bucket in their own account.
    "s3:dataaccesspointaccount": Chosen((NEW_ACCOUNT,), issuable=(EVERY_ACCOUNT,)),
    "s3:dataaccesspointarn": Chosen(
        (f"arn:aws:s3:*:{NEW_ACCOUNT}:accesspoint/*",),
        issuable=(f"arn:aws:s3:*:{EVERY_ACCOUNT}:accesspoint/*",),
    ),
    "s3:accesspointnetworkorigin": Chosen(("Internet", "VPC")),
}
NO_NETWORK: Mapping[str, Value] = {
    # AWS omits the viewer's address from calls by services.
    "aws:sourceip": ABSENT,
    "aws:vpcsourceip": ABSENT,
    "aws:sourcevpc": ABSENT,
    "aws:sourcevpce": ABSENT,
    "aws:sourcevpcarn": ABSENT,
    "aws:vpceaccount": ABSENT,
    "aws:vpceorgid": ABSENT,
    "aws:vpceorgpaths": ABSENT,
    "s3:dataaccesspointaccount": ABSENT,
    "s3:dataaccesspointarn": ABSENT,
    "s3:accesspointnetworkorigin": ABSENT,
}
UNSIGNED: Mapping[str, Value] = {
    **NO_PRINCIPAL,
    **NO_SOURCE,
    "aws:principaltype": fixed("Anonymous"),
    "aws:userid": fixed("anonymous"),
    "aws:principalisawsservice": ABSENT,
    "aws:viaawsservice": fixed("false"),
    "aws:calledvia": ABSENT,
    "aws:multifactorauthpresent": ABSENT,
    "aws:multifactorauthage": ABSENT,
    "s3:authtype": ABSENT,
    "s3:signatureage": ABSENT,
    "s3:signatureversion": ABSENT,
}
SIGNED: Mapping[str, Value] = {
    **NO_SOURCE,
    "aws:principalisawsservice": fixed("false"),
    "aws:multifactorauthpresent": Chosen(("true", "false")),
    "aws:multifactorauthage": CHOSEN,
}
INSIDE_A_VPC: Mapping[str, Value] = {
    "aws:sourceip": ABSENT,
    "aws:vpcsourceip": UNKNOWN,
    "aws:vpceaccount": UNKNOWN,
    "aws:vpceorgid": UNKNOWN,
    "aws:vpceorgpaths": UNKNOWN,
}
