"""Runs cfstream's grants on every object of a bucket, without a plan: `… object_grants BUCKET [plain]`."""

import sys

from cfstream.startup.process import QuickEnd, collect_rarely, leave_out_plugins


def main(bucket: str, *words: str) -> int:
    """Return the exit code."""
    from cfstream.aws.client import Aws
    from cfstream.aws.clock import SystemClock
    from cfstream.aws.fast_way import FastWay
    from cfstream.aws.key_log import FileKeyLog
    from cfstream.aws.sessions import Clients, ConnectionSettings
    from cfstream.ending_signals import handled
    from cfstream.errors import Interrupted
    from cfstream.exit_codes import ExitCode
    from cfstream.ports import no_bulk
    from cfstream.steps.ledger import Ledger
    from cfstream.steps.object_grants import ObjectGrants
    from cfstream.steps.step import StepContext
    from cfstream.values import Account, Address

    grants = ObjectGrants(
        bucket=bucket,
        region="us-east-1",
        account=Account("123456789012"),
        prefix="",
        grantee="b" * 64,
        permission="FULL_CONTROL",
        total=int(bucket.rpartition("-")[2]),
    )
    clients, clock = Clients(ConnectionSettings()), SystemClock()
    context = StepContext(
        Aws(clients),
        clock,
        {},
        Ledger(),
        progress=lambda text, _: print(text, flush=True),
        bulk=no_bulk if "plain" in words else FastWay(clients),
        key_log=FileKeyLog,
    )
    try:
        with handled(lambda _: clock.interrupt()):
            grants.perform(context, Address("object-acl", "lectures"))
    except Interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.DONE


if __name__ == "__main__":
    # The same settings as those of the command.
    end = QuickEnd()
    collect_rarely()
    leave_out_plugins()
    sys.exit(end.with_code(main(*sys.argv[1:])))
