"""AssumeRole as STS judges it: the role must exist, and its trust policy must allow the caller.

moto assumes any role, also one that does not exist. Only a statement's Principal, and conditions on sts:ExternalId, are
understood here; a statement with another condition allows nothing. Other operations are moto's.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.iam.models import Role, iam_backends
from moto.sts.models import sts_backends

from cfstream.sandbox.accounts import access_key
from cfstream.sandbox.listener import Answer, Environ
from cfstream.sandbox.roles import find_role, listed

Json = dict[str, Any]

_SESSION = re.compile(r"arn:aws:sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/.+")
_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)


def answer(environ: Environ, body: bytes, account: str, moto: Callable[[Environ], Answer]) -> Answer:
    """Answer AssumeRole: refuse it, or let moto answer. moto answers anything else."""
    asked = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    if asked.get("Action") != "AssumeRole":
        return moto(environ)
    if not _NAME.fullmatch(asked.get("RoleSessionName", "")):
        return _refused(400, "ValidationError", "roleSessionName must match [\\w+=,.@-]{2,64}")
    if not _EXTERNAL_ID.fullmatch(asked.get("ExternalId", "none")):
        return _refused(400, "ValidationError", "externalId must match [\\w+=,.@:\\/-]{2,1224}")
    caller = _caller(access_key(environ), account)
    arn = asked.get("RoleArn", "")
    role = find_role(arn)
    if role is None or not _trusts(role, caller, account, asked.get("ExternalId")):
        # STS has one answer, so that nobody can find out which roles exist.
        what = f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        return _refused(403, "AccessDenied", what)
    return moto(environ)


def _caller(key: str, account: str) -> str:
    _, arn, _ = sts_backends[account]["aws"].get_caller_identity(key, "us-east-1")
    return str(arn)


def _trusts(role: Role, caller: str, account: str, external_id: str | None) -> bool:
    statements = listed(json.loads(role.assume_role_policy_document).get("Statement", ()))
    effects = {
        statement["Effect"]
        for statement in statements
        if _concerns(statement, caller, account) and _holds(statement, external_id)
    }
    return effects == {"Allow"}


def _concerns(statement: Json, caller: str, account: str) -> bool:
    actions = [str(action).lower() for action in listed(statement.get("Action", ()))]
    if not any(fnmatchcase("sts:assumerole", action) for action in actions):
        return False
    principal = statement.get("Principal")
    named = listed(principal.get("AWS", ())) if isinstance(principal, dict) else listed(principal or ())
    return not {*named}.isdisjoint(_names(caller, account))


def _names(caller: str, account: str) -> Iterator[str]:
    """Yield every way in which a trust policy can name the caller."""
    yield from ("*", account, f"arn:aws:iam::{account}:root", caller)
    if session := _SESSION.fullmatch(caller):
        roles = iam_backends[session["account"]]["aws"].roles.values()
        yield from (role.arn for role in roles if role.name == session["role"])


def _holds(statement: Json, external_id: str | None) -> bool:
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            if operator not in ("StringEquals", "StringLike") or key.lower() != "sts:externalid":
                return False
            matches = fnmatchcase if operator == "StringLike" else str.__eq__
            if not any(
                external_id is not None and matches(external_id, str(each)) for each in listed(values)
            ):
                return False
    return True


def _refused(status: int, code: str, message: str) -> Answer:
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    )
    return Answer(status, [("Content-Type", "text/xml")], body.encode())
