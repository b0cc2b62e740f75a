"""Runs cfstream's grants on every object of a bucket, without a plan: `… object_grants BUCKET`."""

import sys

from cfstream.aws.client import Aws
from cfstream.aws.clock import SystemClock
from cfstream.aws.sessions import Clients, ConnectionSettings
from cfstream.steps.ledger import Ledger
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.step import StepContext
from cfstream.values import Account, Address

grants = ObjectGrants(
    bucket=sys.argv[1],
    region="us-east-1",
    account=Account("123456789012"),
    prefix="",
    grantee="b" * 64,
    permission="FULL_CONTROL",
)
clock = SystemClock()
grants.perform(
    StepContext(Aws(Clients(ConnectionSettings())), clock, {}, Ledger(), progress=lambda *_: None),
    Address("object-acl", "lectures"),
)
