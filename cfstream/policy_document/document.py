"""What a bucket policy says, and how one statement is put in or taken out.

The only place that knows how IAM spells the same thing in several ways. Whom a statement lets in is
`audience.py`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cfstream.secret_values import condition_shown
from cfstream.values import Joined, Json, Known, Ref, digest, plain

LARGEST = 20 * 1024
"""Bytes that a bucket policy may have (S3 User Guide, "Bucket policies for Amazon S3")."""

CLOUDFRONT = "cloudfront.amazonaws.com"
READ = "s3:GetObject"

_OAI_ARN = re.compile(
    r"arn:aws[a-z-]*:iam::cloudfront:user/CloudFront[ _]Origin[ _]Access[ _]Identity[ _](\w+)"
)
_ROOT_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root")
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA|GPA|NPA|NVA|PKA)[A-Z0-9]{8,}")
_OUR_OAI_SID = re.compile(r"cfstream-[a-z][a-z0-9-]*-oai")


@dataclass(frozen=True, order=True)
class Principal:
    """One whom a statement speaks of.

    `kind` is ``anyone``, ``oai`` (`name` is its id), ``pending`` (a unique id that stands for an identity
    just written or for one that is gone), ``account``, ``aws`` (any other ARN), ``service``,
    ``canonical-user`` or ``federated``.
    """

    kind: str
    name: str = ""


def parse(text: str | None) -> dict[str, Any] | None:
    """The document that GetBucketPolicy brought as text; None stays None."""
    if text is None:
        return None
    document = json.loads(text)
    return document if isinstance(document, dict) else None


def dump(policy: Json) -> str:
    """The text for PutBucketPolicy. Statements keep the order of their keys."""
    return json.dumps(plain(policy), separators=(",", ":"), ensure_ascii=False)


def statements(policy: Json | None) -> tuple[Json, ...]:
    """All statements, also where AWS shows a single one without its list."""
    return tuple(listed((policy or {}).get("Statement")))


def by_sid(policy: Json | None, sid: str) -> Json | None:
    """The statement of that Sid, or None. Sids are unique in a policy (IAM JSON policy reference)."""
    return next((each for each in statements(policy) if each.get("Sid") == sid), None)


def listed(value: Any) -> list[Any]:
    """IAM allows a scalar wherever it allows a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def principals(statement: Json, identities: Mapping[str, str] | None = None) -> frozenset[Principal]:
    """Whom `statement` speaks of; `identities` gives the OAI id of each canonical user id that is known to
    be one.
    """
    value = statement.get("Principal")
    if value == "*":
        return frozenset({Principal("anyone")})
    return frozenset(_principals_of(value, identities or {}))


def _principals_of(value: Any, identities: Mapping[str, str]) -> Iterator[Principal]:
    for form, names in (value or {}).items() if isinstance(value, Mapping) else ():
        for name in listed(names):
            yield _principal(form, name, identities)


def _principal(form: str, name: Any, identities: Mapping[str, str]) -> Principal:
    match form:
        case "AWS":
            return _aws_principal(name_text(name))
        case "CanonicalUser":
            oai = identities.get(name_text(name))
            return Principal("oai", oai) if oai else Principal("canonical-user", name_text(name))
        case "Service":
            return Principal("service", name_text(name))
    return Principal("federated", name_text(name))


def _aws_principal(name: str) -> Principal:
    if name == "*":
        return Principal("anyone")
    if oai := _OAI_ARN.fullmatch(name):
        return Principal("oai", oai.group(1))
    if root := _ROOT_ARN.fullmatch(name):
        return Principal("account", root.group(1))
    if re.fullmatch(r"\d{12}", name):
        return Principal("account", name)
    return Principal("pending" if _UNIQUE_ID.fullmatch(name) else "aws", name)


def name_text(value: Any) -> str:
    """A principal's name; one that is not known yet reads as the step that will bring it, and so equals no
    live one.
    """
    if isinstance(value, Ref | Joined):
        return json.dumps(plain(value))
    return str(value)


def canonical(statement: Json, identities: Mapping[str, str] | None = None) -> Json:
    """What a statement means, without its Sid, in the one form that all spellings share.

    Law: two statements have equal forms if and only if IAM treats them the same. Actions and condition keys
    are case-insensitive in IAM, resources and condition values are not; a scalar is a list of one; lists are
    sets. The form is for comparing and showing, never for writing: secrets in conditions are digests in it.
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
    """The value of a condition as text: IAM takes true and "true" for the same."""
    return json.dumps(value) if isinstance(value, bool | int | float) else name_text(value)


def equal(
    live: Json | None,
    wanted: Json,
    identities: Mapping[str, str] | None = None,
    *,
    ours: bool = False,
) -> bool:
    """Whether a live statement gives exactly what `wanted` gives.

    Right after a write S3 may show a unique id (``AIDA…``) where an OAI stands (go-to-k/cdkd#874): in a
    statement that is `ours` that counts as the OAI, unless the OAI that is wanted is not even made yet.
    """
    if live is None:
        return False
    have, want = canonical(live, identities), canonical(wanted, identities)
    if ours and is_pending(live) and _names_one_live_oai(wanted):
        have = {**have, "Principal": want.get("Principal")}
    return have == want


def is_pending(statement: Json) -> bool:
    """Whether the statement's principals are nothing but unique ids."""
    named = principals(statement)
    return bool(named) and all(each.kind == "pending" for each in named)


def _names_one_live_oai(statement: Json) -> bool:
    return [each.kind for each in principals(statement)] == ["oai"]


def policy_digest(policy: Json | None) -> str:
    """The digest of what a whole policy means, Sids included; that of null where there is no policy."""
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
    """Whether two policies mean the same; an OAI of a stack that has settled from its transient id has not
    moved.
    """
    return policy_digest(_settled(one, other)) == policy_digest(_settled(other, one))


def _settled(policy: Json | None, later: Json | None) -> Json | None:
    """`policy` with the transient id in a stack's OAI statement replaced by what `later` shows in its
    place.
    """
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
    """`policy` with the statements `put` in place of those with their Sids, and those of the Sids `drop`
    gone.

    Every other statement is passed on as it was read. None where no statement is left.
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
    """Sid and unique id of each principal that was deleted from IAM: S3 refuses to take such a policy back.

    The OAI statement of a cfstream stack is left out: there the unique id is most likely one that has not
    settled.
    """
    return tuple(
        (str(each.get("Sid", "")), who.name)
        for each in statements(policy)
        if not _OUR_OAI_SID.fullmatch(str(each.get("Sid", "")))
        for who in sorted(principals(each))
        if who.kind == "pending"
    )


def prefix_of(statement: Json, bucket: str) -> str | None:
    """The prefix that a statement of the form ``arn:…:::BUCKET/<prefix>*`` opens; None where it has another
    form.
    """
    resources = listed(statement.get("Resource"))
    if len(resources) != 1:
        return None
    found = re.fullmatch(rf"arn:aws[a-z-]*:s3:::{re.escape(bucket)}/([^*?]*)\*", name_text(resources[0]))
    return found.group(1) if found else None


def oac_statement(sid: str, partition: str, bucket: str, prefix: str, distribution_arn: Known) -> Json:
    """What lets one distribution read through its OAC (Developer Guide, "Restrict access to an Amazon S3
    origin").
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
    """What lets origin access identities read. The ARN form: S3 rewrites a CanonicalUser to it
    (terraform#6955).
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
    """The principal of an OAI, spelled with spaces as AWS documents it."""
    start = f"arn:{partition}:iam::cloudfront:user/CloudFront Origin Access Identity "
    return start + identity if isinstance(identity, str) else Joined((start, *_parts(identity)))


def _parts(identity: Ref | Joined) -> tuple[str | Ref, ...]:
    return identity.parts if isinstance(identity, Joined) else (identity,)


def source_arns(statement: Json) -> tuple[str, ...] | None:
    """The ARNs that an ``aws:SourceArn`` condition pins the statement to; None where nothing pins it."""
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
    """Whether a condition with this operator lets in only what its values name.

    ``…IfExists`` and ``ForAllValues:`` let in requests without the key as well (IAM JSON policy reference).
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
