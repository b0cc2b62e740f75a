"""Connect to AWS: make a World from settings. Asks STS for the caller once (GetCallerIdentity)."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from cfstream.aws.client import Aws, together
from cfstream.aws.clock import SystemClock
from cfstream.aws.document_cache import CachingReads, DocumentCache
from cfstream.aws.errors import invalid_reply
from cfstream.aws.fast_way import FastWay
from cfstream.aws.key_log import FileKeyLog
from cfstream.aws.remembering import RememberingReads
from cfstream.aws.roles import Roles
from cfstream.aws.sessions import Clients, ConnectionSettings, is_amazon
from cfstream.ports import IDENTITY, Clock, Reads, World
from cfstream.values import Account


def connect(
    settings: ConnectionSettings,
    clock: Clock | None = None,
    cache: Callable[[str, str], DocumentCache] | None = None,
    flags: str = "",
) -> World:
    """Return the World for `settings`. `cache` returns the cache for an account number and an endpoint of CloudFront.

    The endpoint is empty for AWS. `flags` are those with which another command reaches the same AWS.

    Raises WrongUsage for invalid settings, NoCredentials if AWS does not accept the caller, and Unreachable if nothing
    answers.
    """
    clock = clock or SystemClock()
    clients = Clients(settings)
    account, arn = _caller(clients, clock)
    cloudfront = clients.of("cloudfront")
    # Only a client knows it: a flag, the environment or a profile may name it.
    emulator = "" if is_amazon(cloudfront) else str(cloudfront.meta.endpoint_url)

    def connected(session: Clients, arn: str) -> World:
        number = Account(arn.split(":")[4])
        aws = Aws(session, number, clock.note_date)
        documents = cache(number, emulator) if cache else None
        return World(
            account=number,
            partition=arn.split(":")[1],
            region=clients.region,
            real_aws=not emulator,
            reads=lambda: _reads(aws, documents),
            aws=aws,
            clock=clock,
            turn=aws.turn,
            bulk=FastWay(session),
            key_log=FileKeyLog,
            flags=flags,
            assume=roles.assume,
        )

    roles = Roles(clients, arn, connected)
    return replace(connected(clients, arn), account=account)


def _caller(clients: Clients, clock: Clock) -> tuple[Account, str]:
    """Return the account and the ARN of the caller. Raises as `connect`."""
    clients.of("sts")
    with ThreadPoolExecutor(1, "cfstream-identity") as pool:
        identity = pool.submit(Aws(clients, note_date=clock.note_date).read, IDENTITY)
        # Made while STS answers: every command needs CloudFront's client next.
        clients.of("cloudfront")
    caller = identity.result()
    account, arn = str(caller.get("Account", "")), str(caller.get("Arn", ""))
    if not re.fullmatch(r"\d{12}", account) or arn.count(":") < 5:
        raise invalid_reply(IDENTITY, write=False)
    return Account(account), arn


def _reads(aws: Aws, documents: DocumentCache | None) -> Reads:
    """Return reads that remember, and that answer from the cache before AWS is asked."""
    remembering = RememberingReads(aws, together)
    return CachingReads(remembering, documents) if documents else remembering
