"""From settings to a World: who we are, where AWS is, and the doors. Asks STS once (GetCallerIdentity)."""

import re
from concurrent.futures import ThreadPoolExecutor

from cfstream.aws.client import Aws, together
from cfstream.aws.clock import SystemClock
from cfstream.aws.errors import rubbish
from cfstream.aws.remembering import RememberingReads
from cfstream.aws.sessions import Clients, Settings, is_amazon
from cfstream.ports import Call, Clock, World
from cfstream.values import Account

IDENTITY = Call("sts", "get_caller_identity")


def connect(settings: Settings, clock: Clock | None = None) -> World:
    """The outside as `settings` name it.

    Raises WrongUsage for settings that cannot be, NoCredentials when AWS does not know who asks, Unreachable
    when nothing answers.
    """
    clock = clock or SystemClock()
    clients = Clients(settings)
    clients.of("sts")
    with ThreadPoolExecutor(1, "cfstream-identity") as pool:
        identity = pool.submit(Aws(clients).read, IDENTITY)
        # Made while STS thinks: CloudFront's client is wanted next, whatever the command.
        cloudfront = clients.of("cloudfront")
    caller = identity.result()
    account, arn = str(caller.get("Account", "")), str(caller.get("Arn", ""))
    if not re.fullmatch(r"\d{12}", account) or arn.count(":") < 5:
        raise rubbish(IDENTITY, write=False)
    aws = Aws(clients, account)
    return World(
        account=Account(account),
        partition=arn.split(":")[1],
        region=clients.region,
        real_aws=is_amazon(cloudfront),
        reads=lambda: RememberingReads(aws, together),
        aws=aws,
        clock=clock,
        turn=aws.turn,
    )
