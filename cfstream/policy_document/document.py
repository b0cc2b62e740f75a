"""Parse, compare and merge bucket policies.

Only this module knows the equivalent spellings of a statement in IAM. `cfstream.access.policy` decides who a statement
admits.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cfstream.secret_values import condition_shown
from cfstream.startup.frozen import dataclass
from cfstream.values import Joined, Json, Known, Ref, digest, plain

LARGEST = 20 * 1024
"""The maximum size of a bucket policy in bytes (S3 User Guide, "Bucket policies for Amazon S3")."""

CLOUDFRONT = "cloudfront.amazonaws.com"
READ = "s3:GetObject"

_OAI_ARN = re.compile(
    r"arn:aws[a-z-]*:iam::cloudfront:user/CloudFront[ _]Origin[ _]Access[ _]Identity[ _](\w+)"
)
_ROOT_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root")
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA|GPA|NPA|NVA|PKA)[A-Z0-9]{8,}")
_OUR_OAI_SID = re.compile(r"cfstream-[a-z][a-z0-9-]*-oai")


@dataclass(frozen=True, order=True)
class NamedPrincipal:
    """One principal of a statement.

    `kind` is ``anyone``, ``oai`` (`name` is its id), ``pending`` (the unique id of an identity that was just written or
    no longer exists), ``account``, ``aws`` (any other ARN), ``service``, ``canonical-user`` or ``federated``.
    """

    kind: str
    name: str = ""


def parse(text: str | None) -> dict[str, Any] | None:
    """Return the policy document in the text from GetBucketPolicy; None for None."""
    if text is None:
        return None
    document = json.loads(text)
    return document if isinstance(document, dict) else None


def dump(policy: Json) -> str:
    """Return the text for PutBucketPolicy. Statements keep the order of their keys."""
    return json.dumps(plain(policy), separators=(",", ":"), ensure_ascii=False)


def statements(policy: Json | None) -> tuple[Json, ...]:
    """Return all statements. AWS may return a single one without a list."""
    return tuple(listed((policy or {}).get("Statement")))


def by_sid(policy: Json | None, sid: str) -> Json | None:
    """Return the statement with this Sid, or None. Sids are unique in a policy (IAM JSON policy reference)."""
    return next((each for each in statements(policy) if each.get("Sid") == sid), None)


def listed(value: Any) -> list[Any]:
    """Return the value as a list: IAM allows a scalar in place of every list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def principals(statement: Json, identities: Mapping[str, str] | None = None) -> frozenset[NamedPrincipal]:
    """Return the principals of `statement`. `identities` maps canonical user ids to the ids of their OAIs."""
    value = statement.get("Principal")
    if value == "*":
        return frozenset({NamedPrincipal("anyone")})
    return frozenset(_principals_of(value, identities or {}))


def _principals_of(value: Any, identities: Mapping[str, str]) -> Iterator[NamedPrincipal]:
    for form, names in (value or {}).items() if isinstance(value, Mapping) else ():
        for name in listed(names):
            yield _principal(form, name, identities)


def _principal(form: str, name: Any, identities: Mapping[str, str]) -> NamedPrincipal:
    match form:
        case "AWS":
            return _aws_principal(name_text(name))
        case "CanonicalUser":
            oai = identities.get(name_text(name))
            return NamedPrincipal("oai", oai) if oai else NamedPrincipal("canonical-user", name_text(name))
        case "Service":
            return NamedPrincipal("service", name_text(name))
    return NamedPrincipal("federated", name_text(name))


def _aws_principal(name: str) -> NamedPrincipal:
    if name == "*":
        return NamedPrincipal("anyone")
    if oai := _OAI_ARN.fullmatch(name):
        return NamedPrincipal("oai", oai.group(1))
    if root := _ROOT_ARN.fullmatch(name):
        return NamedPrincipal("account", root.group(1))
    if re.fullmatch(r"\d{12}", name):
        return NamedPrincipal("account", name)
    return NamedPrincipal("pending" if _UNIQUE_ID.fullmatch(name) else "aws", name)


def name_text(value: Any) -> str:
    """Return a principal's name as text. A name that is not known yet becomes its Ref, which equals no live name."""
    if isinstance(value, Ref | Joined):
        return json.dumps(plain(value))
    return str(value)


def canonical(statement: Json, identities: Mapping[str, str] | None = None) -> Json:
    """Return the meaning of a statement without its Sid, in one form that all spellings share.

    Law: two statements have equal forms if and only if IAM treats them the same. IAM ignores the case of actions and
    condition keys, but not of resources and condition values. A scalar equals a list of one, and lists are sets. Use
    the form to compare and show, never to write: it replaces secrets in conditions by digests.
    """
    form: dict[str, Any] = {"Effect": statement.get("Effect")}
    if "Principal" in statement:
        form["Principal"] = sorted([each.kind, each.name] for each in principals(statement, identities))
    if "NotPrincipal" in statement:
        turned = {"Principal": statement["NotPrincipal"]}
        form["NotPrincipal"] = sorted([each.kind, each.name] for each in principals(turned, identities))
    for name in ("Action", "NotAction"):
        if name in statement:
            form[name] = sorted({str(each).lower() for each in listed(statement[name])})
    for name in ("Resource", "NotResource"):
        if name in statement:
            form[name] = sorted({name_text(each) for each in listed(statement[name])})
    if conditions := _conditions(statement):
        form["Condition"] = conditions
    return form


def shown(statement: Json) -> Json:
    """Return a statement for people: as it is written, with digests in place of values that may be secrets."""
    tests = statement.get("Condition")
    if not isinstance(tests, Mapping):
        return statement
    conditions = {
        operator: {key: condition_shown(operator, key, value) for key, value in keys.items()}
        for operator, keys in tests.items()
    }
    return {**statement, "Condition": conditions}


def _conditions(statement: Json) -> dict[str, dict[str, list[str]]]:
    return {
        operator: {
            key.lower(): sorted(
                {condition_shown(operator, key, condition_value(each)) for each in listed(values)}
            )
            for key, values in tests.items()
        }
        for operator, tests in (statement.get("Condition") or {}).items()
    }


def condition_value(value: Any) -> str:
    """Return the value of a condition as text. IAM treats true and "true" alike."""
    return json.dumps(value) if isinstance(value, bool | int | float) else name_text(value)


def equal(
    live: Json | None,
    wanted: Json,
    identities: Mapping[str, str] | None = None,
    *,
    ours: bool = False,
) -> bool:
    """Return whether a live statement grants exactly what `wanted` grants.

    Right after a write, S3 may show a unique id (``AIDA…``) in place of an OAI (go-to-k/cdkd#874). In a statement that
    is `ours`, such an id counts as the OAI, unless the wanted OAI does not exist yet.
    """
    if live is None:
        return False
    have, want = canonical(live, identities), canonical(wanted, identities)
    if ours and is_pending(live) and _names_one_live_oai(wanted):
        have = {**have, "Principal": want.get("Principal")}
    return have == want


def is_pending(statement: Json) -> bool:
    """Return whether all principals of the statement are unique ids."""
    named = principals(statement)
    return bool(named) and all(each.kind == "pending" for each in named)


def _names_one_live_oai(statement: Json) -> bool:
    return [each.kind for each in principals(statement)] == ["oai"]


def policy_digest(policy: Json | None) -> str:
    """Return the digest of a whole policy's meaning, including Sids; without a policy, the digest of null."""
    if policy is None:
        return digest(None)
    meant = [{**canonical(each), "Sid": each.get("Sid", "")} for each in statements(policy)]
    return digest(
        {
            "Id": policy.get("Id", ""),
            "Version": policy.get("Version", "2008-10-17"),
            "Statement": sorted(meant, key=digest),
        }
    )


def same_policy(one: Json | None, other: Json | None) -> bool:
    """Return whether two policies have the same meaning.

    An OAI that S3 first shows as a transient id and later by its ARN counts as unchanged.
    """
    return policy_digest(_settled(one, other)) == policy_digest(_settled(other, one))


def _settled(policy: Json | None, later: Json | None) -> Json | None:
    """Return `policy` with the transient id in a stack's OAI statement replaced by the principal in `later`."""
    if policy is None:
        return None
    return {**policy, "Statement": [_settled_statement(each, later) for each in statements(policy)]}


def _settled_statement(statement: Json, later: Json | None) -> Json:
    sid = str(statement.get("Sid", ""))
    after = by_sid(later, sid)
    if after is None or not _OUR_OAI_SID.fullmatch(sid) or not is_pending(statement):
        return statement
    return {**statement, "Principal": after.get("Principal")}


def merge(policy: Json | None, put: Iterable[Json], drop: Iterable[str]) -> Json | None:
    """Return `policy` with the statements `put` added, or replaced by Sid, and without those with the Sids `drop`.

    Every other statement stays as it was read. Return None if no statement is left.
    """
    new = {str(each["Sid"]): each for each in put}
    gone = set(drop) - set(new)
    kept: list[Json] = []
    for each in statements(policy):
        sid = each.get("Sid")
        if sid in new:
            kept.append(new.pop(sid))
        elif sid not in gone:
            kept.append(each)
    kept.extend(new.values())
    return {**(policy or {"Version": "2012-10-17"}), "Statement": kept} if kept else None


def dead_principals(policy: Json | None) -> tuple[tuple[str, str], ...]:
    """Return Sid and unique id of each principal that was deleted from IAM. S3 rejects a policy that contains one.

    The OAI statement of a cfstream stack is left out: its unique id is most likely a transient one.
    """
    return tuple(
        (str(each.get("Sid", "")), who.name)
        for each in statements(policy)
        if not _OUR_OAI_SID.fullmatch(str(each.get("Sid", "")))
        for who in sorted(principals(each))
        if who.kind == "pending"
    )


def prefix_of(statement: Json, bucket: str) -> str | None:
    """Return the prefix that a statement grants with ``arn:…:::BUCKET/<prefix>*``; None for any other form."""
    resources = listed(statement.get("Resource"))
    if len(resources) != 1:
        return None
    found = re.fullmatch(rf"arn:aws[a-z-]*:s3:::{re.escape(bucket)}/([^*?]*)\*", name_text(resources[0]))
    return found.group(1) if found else None


def oac_statement(sid: str, partition: str, bucket: str, prefix: str, distribution_arn: Known) -> Json:
    """Return the statement that lets one distribution read with its OAC.

    Source: Developer Guide, "Restrict access to an Amazon S3 origin".
    """
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": CLOUDFRONT},
        "Action": READ,
        "Resource": f"arn:{partition}:s3:::{bucket}/{prefix}*",
        "Condition": {"StringEquals": {"AWS:SourceArn": distribution_arn}},
    }


def oai_statement(sid: str, partition: str, bucket: str, prefix: str, identities: Iterable[Known]) -> Json:
    """Return the statement that lets origin access identities read.

    It uses the ARN form, because S3 rewrites a CanonicalUser to it (terraform#6955).
    """
    arns = [oai_arn(partition, each) for each in identities]
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": arns[0] if len(arns) == 1 else arns},
        "Action": READ,
        "Resource": f"arn:{partition}:s3:::{bucket}/{prefix}*",
    }


def oai_arn(partition: str, identity: Known) -> Known:
    """Return the principal of an OAI, spelled with spaces as AWS documents it."""
    start = f"arn:{partition}:iam::cloudfront:user/CloudFront Origin Access Identity "
    return start + identity if isinstance(identity, str) else Joined((start, *_parts(identity)))


def _parts(identity: Ref | Joined) -> tuple[str | Ref, ...]:
    return identity.parts if isinstance(identity, Joined) else (identity,)


def source_arns(statement: Json) -> tuple[str, ...] | None:
    """Return the ARNs to which an ``aws:SourceArn`` condition limits the statement; None without such a limit."""
    found = [
        value
        for operator, key, values in _tests(statement)
        if key == "aws:sourcearn" and _holds_to_values(operator)
        for value in values
    ]
    return tuple(found) if found else None


def _tests(statement: Json) -> Iterator[tuple[str, str, list[str]]]:
    for operator, tests in (statement.get("Condition") or {}).items():
        for key, values in tests.items():
            yield operator.lower(), key.lower(), [condition_value(each) for each in listed(values)]


def _holds_to_values(operator: str) -> bool:
    """Return whether a condition with this operator only admits its listed values.

    ``…IfExists`` and ``ForAllValues:`` also admit requests without the key (IAM JSON policy reference).
    """
    bare = operator.removeprefix("foranyvalue:")
    return bare in (
        "stringequals",
        "stringequalsignorecase",
        "stringlike",
        "arnequals",
        "arnlike",
        "ipaddress",
    )
