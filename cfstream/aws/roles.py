"""Assume roles: each one once, with credentials that are refreshed, and within the limits of its account."""

import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from cfstream.aws.client import Aws
from cfstream.aws.errors import invalid_reply
from cfstream.aws.limits import AccountLimits
from cfstream.aws.sessions import Clients, RoleSession
from cfstream.errors import CannotAssume, NoCredentials, Refused, Throttled
from cfstream.ports import Call, Role, World

EXTERNAL_ID = "CFSTREAM_EXTERNAL_ID"
"""The environment variable with the external id."""

_SESSION = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.+")


class Roles:
    """Implements `ports.World.assume`. Safe to share between threads."""

    def __init__(self, clients: Clients, caller: str, connected: Callable[[Clients, str], World]) -> None:
        """`caller` is the ARN of the caller; `connected` makes the World for a session with its ARN."""
        self._clients = clients
        self._caller = caller
        self._connected = connected
        self._aws = Aws(clients, caller.split(":")[4])
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._worlds: dict[str, World | CannotAssume] = {}
        self._limits: dict[str, AccountLimits] = {caller.split(":")[4]: clients.limits}

    def _limits_of(self, account: str) -> AccountLimits:
        """Return the limits of an account, which all its sessions share."""
        with self._guard:
            return self._limits.setdefault(account, AccountLimits())

    def assume(self, role: Role) -> World:
        """Return the World of a role. Raises CannotAssume, NoCredentials or Unreachable."""
        with self._guard:
            lock = self._locks.setdefault(role.arn, threading.Lock())
        # Different roles are assumed at the same time, and the same one only once.
        with lock:
            if role.arn not in self._worlds:
                self._worlds[role.arn] = self._assumed(role)
        found = self._worlds[role.arn]
        if isinstance(found, CannotAssume):
            raise found
        return found

    def _assumed(self, role: Role) -> World | CannotAssume:
        try:
            reply = self._ask(role)
        except CannotAssume as refused:
            return refused
        replies = [reply]
        fetch = lambda: _credentials(replies.pop() if replies else self._ask(role))  # noqa: E731 (one expression)
        session = RoleSession(fetch, self._clients, self._limits_of(role.account))
        arn = str(reply.get("AssumedRoleUser", {}).get("Arn", ""))
        return self._connected(Clients(self._clients.settings, session), arn)

    def _ask(self, role: Role) -> Mapping[str, Any]:
        """Return the reply to AssumeRole. It runs again before the credentials expire."""
        params = {"RoleArn": role.arn, "RoleSessionName": role.session}
        external_id = self._clients.settings.external_id
        if external_id:
            params["ExternalId"] = external_id
        call = Call("sts", "assume_role", params)
        try:
            reply = self._aws.read(call)
        except Throttled:
            raise
        except Refused as refused:
            raise CannotAssume(
                f"the role {role.arn} of account {role.account} cannot be assumed: {refused.message or refused.code} "
                f"({refused.code})",
                trust(role.arn, self._caller, external_id=bool(external_id)),
            ) from refused
        if str(reply.get("AssumedRoleUser", {}).get("Arn", "")).split(":")[4:5] != [role.account]:
            raise invalid_reply(call, write=False)
        return reply


def trust(role: str, caller: str, *, external_id: bool) -> str:
    """Return what the trust policy of a role needs, and what the caller needs."""
    found = _SESSION.fullmatch(caller)
    principal = f"arn:{found[1]}:iam::{found[2]}:role/{found[3]}" if found else caller
    condition = (
        f"under the condition that sts:ExternalId equals {EXTERNAL_ID}"
        if external_id
        else f"without a condition on sts:ExternalId (or set {EXTERNAL_ID} to the value that it needs)"
    )
    return (
        f"the trust policy of the role must allow sts:AssumeRole to the principal {principal}, {condition}; and the "
        f"policy of that principal must allow sts:AssumeRole on {role}"
    )


def _credentials(reply: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the credentials of a reply in botocore's form."""
    found = reply.get("Credentials")
    if not isinstance(found, Mapping):
        raise NoCredentials("AssumeRole returned no credentials", "check that the endpoint is AWS")
    return {
        "access_key": found["AccessKeyId"],
        "secret_key": found["SecretAccessKey"],
        "token": found["SessionToken"],
        "expiry_time": found["Expiration"].isoformat(),
    }
