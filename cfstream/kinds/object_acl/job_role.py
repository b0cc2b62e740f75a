"""The role of a job of S3 Batch Operations, and the bucket of its report: read and checked when a job is planned.

The permissions are those of S3 User Guide, "Granting permissions for Batch Operations".
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cfstream.errors import Missing, NotAuthorized, Notice, Problem, Refused, Unreachable
from cfstream.ports import Answer, Call, Reads
from cfstream.spec.model import Batch, Spec
from cfstream.stack.bucket import bucket_call
from cfstream.stack.calls import ANYTHING, BUCKET, Needs, Place, Scope, calls
from cfstream.stack.context import StackContext
from cfstream.startup.frozen import dataclass
from cfstream.steps.batch_manifest import BY_S3, InventoryList, JobObjects
from cfstream.values import Json

SERVICE = "batchoperations.s3.amazonaws.com"


def _role(spec: Spec, _place: Place) -> str:
    return spec.grant.batch.role if spec.grant.batch else "*"


def _reports(spec: Spec, place: Place) -> str:
    batch = spec.grant.batch
    return place.arn(
        "s3", f"{batch.report_bucket}/{batch.report_prefix}*" if batch else "*", global_name=True
    )


def _lists(spec: Spec, place: Place) -> str:
    batch = spec.grant.batch
    return place.arn(
        "s3", f"{batch.report_bucket}/{_folder(batch)}objects-*" if batch else "*", global_name=True
    )


def _report_bucket(spec: Spec, place: Place) -> str:
    return place.arn("s3", spec.grant.batch.report_bucket if spec.grant.batch else "*", global_name=True)


def _inventory(spec: Spec, place: Place, end: str) -> str:
    where = (spec.grant.batch.inventory if spec.grant.batch else "") or "s3://*"
    return place.arn("s3", where.removeprefix("s3://").rstrip("/") + end, global_name=True)


JOB_ROLE = Scope("JobRole", _role)
PASSED_ROLE = Scope(
    "PassedJobRole", _role, lambda _spec: {("StringEquals", "iam:PassedToService"): frozenset({SERVICE})}
)
JOBS = Scope("Jobs", lambda spec, place: place.arn("s3", "job/*", spec.bucket.region or "*"))
REPORTS = Scope("JobReports", _reports)
LISTS = Scope("JobLists", _lists)
REPORT_BUCKET = Scope("JobReportBucket", _report_bucket)
INVENTORY = Scope("Inventory", lambda spec, place: _inventory(spec, place, "/*"))
INVENTORY_BUCKET = Scope("InventoryBucket", lambda spec, place: _inventory(spec, place, "").partition("/")[0])
JOB_SCOPES = (JOB_ROLE, PASSED_ROLE, JOBS, REPORTS, LISTS, REPORT_BUCKET, INVENTORY, INVENTORY_BUCKET)


@dataclass(frozen=True)
class LiveJobRole:
    """What is wrong with the role of a job and with the bucket of its report."""

    role: str
    missing: bool = False
    distrusts: bool = False
    """Whether S3 Batch Operations may not assume it."""
    lacks: tuple[tuple[str, str], ...] = ()
    """Each action that it may not do, with the resource. A job needs some of them only over certain objects."""
    bucket_trouble: str = ""
    """Why the report cannot be in its bucket; empty if it can."""
    unread: str = ""
    """Why the role could not be checked; empty if it was."""


def read_job_role(aws: Reads, context: StackContext, region: str) -> LiveJobRole | None:
    """Return what a job may need, over any objects, and does not have; None if the spec has no `batch`.

    Makes HeadBucket for the report, GetRole, and SimulatePrincipalPolicy for each resource. Raises as `Reads.together`
    for the bucket; a role that cannot be read is not checked.
    """
    job = context.stack.spec.grant.batch
    if job is None:
        return None
    (bucket,) = aws.together([bucket_call(context, "head_bucket", region, job.report_bucket)])
    return replace(_read_role(aws, context, job), bucket_trouble=_bucket_trouble(job.report_bucket, bucket))


def _bucket_trouble(name: str, answer: Answer) -> str:
    match answer:
        case Missing():
            return f"the bucket {name} does not exist, so the job cannot write its report"
        case NotAuthorized():
            return f"the bucket {name} belongs to another account, or these credentials may not list it"
        case Refused() if not answer.region:  # in another region, it exists
            raise answer
    return ""


def _read_role(aws: Reads, context: StackContext, job: Batch) -> LiveJobRole:
    simulations = [
        Call(
            "iam",
            "simulate_principal_policy",
            {"PolicySourceArn": job.role, "ActionNames": actions, "ResourceArns": [resource]},
        )
        for resource, actions in _maybe_needed(context, job).items()
    ]
    try:
        found, *simulated = aws.together(
            [Call("iam", "get_role", {"RoleName": job.role.rpartition("/")[2]}), *simulations]
        )
    except Unreachable as error:
        return LiveJobRole(job.role, unread=error.what)
    if isinstance(found, Missing):
        return LiveJobRole(job.role, missing=True)
    if refused := next((each for each in (found, *simulated) if isinstance(each, Refused)), None):
        return LiveJobRole(job.role, unread=refused.what)
    return LiveJobRole(job.role, distrusts=not _trusts(found), lacks=tuple(_lacking(simulated)))


def lacking(
    context: StackContext, live: LiveJobRole | None, objects: JobObjects
) -> tuple[tuple[str, str], ...]:
    """Return each action, with its resource, that a job over these objects needs and the role may not do."""
    job = context.stack.spec.grant.batch
    if live is None or job is None:
        return ()
    needed = _needed(context, job, objects)
    return tuple(each for each in live.lacks if each[0] in needed.get(each[1], ()))


def job_problems(context: StackContext, live: LiveJobRole | None, objects: JobObjects) -> Iterator[Problem]:
    """Yield what would make a job over these objects fail, with what to add."""
    if live is None:
        return
    where = ("grant", "batch", "role")
    account = live.role.split(":")[4]
    if account != context.account:
        what = f"the role is of account {account}, and the job runs in {context.account}"
        yield context.stack.problem(what, f"write a role of account {context.account}", *where)
    elif live.missing:
        do = f"create it: {SERVICE} must be allowed to assume it"
        yield context.stack.problem(f"the role {live.role} does not exist", do, *where)
    if live.distrusts:
        what = f"S3 Batch Operations may not assume the role {live.role}"
        do = f"add to its trust policy: Allow sts:AssumeRole to the service {SERVICE}"
        yield context.stack.problem(what, do, *where)
    for action, resource in lacking(context, live, objects):
        what = f"the role {live.role} may not do {action} on {resource}"
        yield context.stack.problem(
            what, f"add to a policy of the role: Allow {action} on {resource}", *where
        )
    if live.bucket_trouble:
        do = "create a bucket in this account, or write another one"
        yield context.stack.problem(live.bucket_trouble, do, "grant", "batch", "report_bucket")


def unchecked(live: LiveJobRole | None) -> tuple[Notice, ...]:
    """Return the notice that the role could not be checked."""
    if live is None or not live.unread:
        return ()
    text = (
        f"the role {live.role} could not be checked: {live.unread}. If it lacks a permission, the job fails"
    )
    return (Notice(text, warning=True, do="allow iam:GetRole and iam:SimulatePrincipalPolicy"),)


def job_reads(spec: Spec) -> Needs:
    """Yield the calls of `read_job_role` and of an inventory."""
    yield from calls(JOB_ROLE, "iam", "get_role", "simulate_principal_policy")
    yield from calls(REPORT_BUCKET, "s3", "head_bucket")
    if spec.grant.batch and spec.grant.batch.inventory:
        yield from calls(BUCKET, "s3", "get_bucket_inventory_configuration")
        yield from calls(INVENTORY_BUCKET, "s3", "list_objects_v2")
        yield from calls(INVENTORY, "s3", "get_object")


def job_writes() -> Needs:
    """Yield the calls of a job. PassRole is not a call: IAM asks for it when a job is created."""
    yield from calls(ANYTHING, "s3control", "create_job")
    yield from calls(JOBS, "s3control", "describe_job", "update_job_status")
    yield from calls(PASSED_ROLE, "iam", "pass_role")
    yield from calls(REPORTS, "s3", "get_object")
    yield from calls(LISTS, "s3", "put_object")


def _needed(context: StackContext, job: Batch, objects: JobObjects) -> dict[str, list[str]]:
    """Return the actions that the role needs, by resource. A key with an asterisk means all keys with its prefix.

    The role of a job over an inventory may have to list the objects, if the step cannot use the inventory.
    """
    spec, start = context.stack.spec, f"arn:{context.partition}:s3:::"
    folder = f"{start}{job.report_bucket}/{_folder(job)}"
    needed = {
        f"{start}{spec.bucket.name}/{spec.grant.prefix}*": ["s3:PutObjectAcl"],
        f"{folder}job-*": ["s3:PutObject"],
    }
    if objects.keys:
        return {**needed, f"{folder}objects-*": ["s3:GetObject"]}
    needed[f"{start}{spec.bucket.name}"] = ["s3:ListBucket", "s3:PutInventoryConfiguration"]
    if objects.inventory:
        lists = (job.inventory or "").removeprefix("s3://").rstrip("/")
        needed[f"{start}{lists}/*"] = ["s3:GetObject"]
    return needed


def _maybe_needed(context: StackContext, job: Batch) -> dict[str, list[str]]:
    """Return the actions that the role needs over some objects."""
    by_inventory = JobObjects(inventory=InventoryList("", "", "")) if job.inventory else BY_S3
    return {**_needed(context, job, JobObjects(("any",))), **_needed(context, job, by_inventory)}


def _folder(job: Batch) -> str:
    return f"{job.report_prefix.rstrip('/')}/".lstrip("/")


def _trusts(found: Answer) -> bool:
    document: Any = found["Role"].get("AssumeRolePolicyDocument") if not isinstance(found, Refused) else {}
    if isinstance(document, str):
        document = json.loads(document)
    effects = {str(each.get("Effect")) for each in _listed(document.get("Statement")) if _concerns(each)}
    return effects == {"Allow"}


def _concerns(statement: Json) -> bool:
    principal = statement.get("Principal") or {}
    services = _listed(principal.get("Service")) if not isinstance(principal, str) else [principal]
    actions = {str(each).lower() for each in _listed(statement.get("Action"))}
    return bool({*services} & {SERVICE, "*"}) and bool(actions & {"sts:assumerole", "sts:*", "*"})


def _lacking(simulated: list[Answer]) -> Iterator[tuple[str, str]]:
    for answer in simulated:
        if isinstance(answer, Refused):
            continue
        for row in answer.get("EvaluationResults") or ():
            if row["EvalDecision"] != "allowed":
                yield str(row["EvalActionName"]), str(row["EvalResourceName"])


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
