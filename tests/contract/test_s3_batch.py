"""Claims about jobs of S3 Batch Operations: S3 User Guide "Performing object operations in bulk with Batch Operations",
S3 Control API CreateJob, DescribeJob, ListJobs, UpdateJobStatus.
"""

import json
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from moto.s3.models import OWNER

from cfstream.sandbox.accounts import ACCOUNT
from cfstream.sandbox.batch import tasks
from cfstream.sandbox.server import Sandbox
from tests.world.batch import KEYS, MEDIA, REPORTS, ROLE, job_request, make_role, run_job
from tests.world.clients import BotoClients
from tests.world.configs import refused


def granted(s3: Any, key: str) -> dict[str, str]:
    """Return the permission of each grantee of an object."""
    grants = s3.get_object_acl(Bucket=MEDIA, Key=key)["Grants"]
    return {grant["Grantee"]["ID"]: grant["Permission"] for grant in grants}


def created(s3control: Any, request: Any) -> str:
    """Create a job, and return its id."""
    return str(s3control.create_job(**request)["JobId"])


def test_a_job_replaces_the_whole_acl(s3: Any, s3control: Any, user: str) -> None:
    """Every object under the prefix has exactly the ACL of the job; the grants of others are lost."""
    owner = {"Grantee": {"Type": "CanonicalUser", "ID": "7" * 64}, "Permission": "READ"}
    s3.put_object_acl(
        Bucket=MEDIA, Key=KEYS[0], AccessControlPolicy={"Owner": {"ID": OWNER}, "Grants": [owner]}
    )
    job = run_job(s3control, created(s3control, job_request(user, "a/")))
    assert job["Status"] == "Complete"
    assert job["ProgressSummary"]["NumberOfTasksSucceeded"] == 2
    assert granted(s3, KEYS[0]) == granted(s3, KEYS[1]) == {OWNER: "FULL_CONTROL", user: "READ"}
    assert granted(s3, KEYS[2]) == {OWNER: "FULL_CONTROL"}


def test_a_client_that_puts_the_account_in_the_host(sandbox: Sandbox) -> None:
    """No host on loopback has that name, so the AWS CLI uses the sandbox as a proxy."""
    proxied = build_opener(ProxyHandler({"http": sandbox.endpoint_url}))
    headers = {
        "x-amz-account-id": ACCOUNT,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={ACCOUNT}/20261130/us-east-1/s3/aws4_request",
    }
    asked = Request(f"http://{ACCOUNT}.127.0.0.1:1/v20180820/jobs", headers=headers)
    assert b"ListJobsResult" in proxied.open(asked).read()


def test_a_job_passes_through_its_states(s3: Any, s3control: Any, user: str) -> None:
    """New, Preparing, Ready, Active, Completing, Complete; nothing is written before it is Active."""
    id_ = created(s3control, job_request(user))
    seen = [s3control.list_jobs(AccountId=ACCOUNT)["Jobs"][0]["Status"]]
    while seen[-1] != "Complete":
        seen.append(s3control.describe_job(AccountId=ACCOUNT, JobId=id_)["Job"]["Status"])
        if seen[-1] == "Ready":
            assert user not in granted(s3, KEYS[0])
    assert list(dict.fromkeys(seen)) == ["New", "Preparing", "Ready", "Active", "Completing", "Complete"]


@pytest.mark.parametrize("asked", [{"ConfirmationRequired": True}, {}])
def test_a_job_waits_for_confirmation(s3control: Any, user: str, asked: Any) -> None:
    """It is Suspended if ConfirmationRequired is true or missing. Ready starts it, and is accepted once."""
    request = {name: value for name, value in job_request(user).items() if name != "ConfirmationRequired"}
    id_ = created(s3control, {**request, **asked})
    assert run_job(s3control, id_, "Suspended")["Status"] == "Suspended"
    where = {"AccountId": ACCOUNT, "JobId": id_, "RequestedJobStatus": "Ready"}
    assert s3control.update_job_status(**where)["Status"] == "Ready"
    with refused("JobStatusException", 400):
        s3control.update_job_status(**where)
    assert run_job(s3control, id_)["Status"] == "Complete"


def test_a_cancelled_job_writes_no_more(s3: Any, s3control: Any, user: str, sandbox: Any) -> None:
    """Its earlier writes stay. A job that has ended cannot be cancelled."""
    sandbox.cloudfront.settings.job_parts = 3
    id_ = created(s3control, job_request(user))
    while not run_job(s3control, id_, "Active")["ProgressSummary"]["NumberOfTasksSucceeded"]:
        pass
    where = {"AccountId": ACCOUNT, "JobId": id_, "RequestedJobStatus": "Cancelled"}
    assert s3control.update_job_status(**where)["Status"] == "Cancelling"
    assert run_job(s3control, id_)["Status"] == "Cancelled"
    assert [user in granted(s3, key) for key in KEYS] == [True, False, False]
    with refused("JobStatusException", 400):
        s3control.update_job_status(**where)


def test_a_token_means_one_job(s3control: Any, user: str) -> None:
    """The same request returns the same job, and another request with its token is refused."""
    first = created(s3control, job_request(user))
    assert created(s3control, job_request(user)) == first
    with refused("IdempotencyException", 400):
        created(s3control, job_request(user, Priority=1))
    assert created(s3control, job_request(user, ClientRequestToken="two")) != first


def test_failed_tasks_are_in_the_report(s3: Any, s3control: Any, user: str, clients: BotoClients) -> None:
    """Complete does not mean that all tasks succeeded. The report lists each task, with an encoded key."""
    make_role(clients("iam"), but=KEYS[1])
    id_ = created(s3control, job_request(user))
    job = run_job(s3control, id_)
    summary = job["ProgressSummary"]
    counts = (summary["NumberOfTasksSucceeded"], summary["NumberOfTasksFailed"])
    assert (job["Status"], *counts) == ("Complete", 2, 1)
    manifest = s3.get_object(Bucket=REPORTS, Key=f"acl/job-{id_}/manifest.json")["Body"].read()
    results = {row["TaskExecutionStatus"]: row["Key"] for row in json.loads(manifest)["Results"]}
    failed = s3.get_object(Bucket=REPORTS, Key=results["failed"])["Body"].read().decode()
    assert failed == "media,a/2%20%2B.mp4,,failed,403,AccessDenied,Access Denied\n"
    succeeded = s3.get_object(Bucket=REPORTS, Key=results["succeeded"])["Body"].read().decode()
    assert len(succeeded.splitlines()) == 2


def test_deleted_and_later_objects(s3: Any, s3control: Any, user: str) -> None:
    """A task for an object that was deleted meanwhile fails. Later objects are not in the manifest."""
    id_ = created(s3control, job_request(user))
    run_job(s3control, id_, "Ready")
    s3.delete_object(Bucket=MEDIA, Key=KEYS[0])
    s3.put_object(Bucket=MEDIA, Key="a/later.mp4", Body=b"-")
    assert run_job(s3control, id_)["ProgressSummary"]["NumberOfTasksFailed"] == 1
    assert user not in granted(s3, "a/later.mp4")


def test_objects_created_before(s3: Any, s3control: Any, user: str) -> None:
    """CreatedBefore leaves out the objects that were written at that time or later. A job without objects fails."""
    request = job_request(user)
    written = s3.head_object(Bucket=MEDIA, Key=KEYS[0])["LastModified"]
    generator = request["ManifestGenerator"]["S3JobManifestGenerator"]
    generator["Filter"] = {"CreatedBefore": written}
    job = run_job(s3control, created(s3control, request))
    assert (job["Status"], job["ProgressSummary"]["TotalNumberOfTasks"]) == ("Failed", 0)


@pytest.mark.parametrize("missing", ["s3:ListBucket", "s3:PutInventoryConfiguration", "s3:PutObject"])
def test_a_job_fails_if_its_role_cannot_do_it(
    s3control: Any, user: str, clients: BotoClients, missing: str
) -> None:
    """The reason names what is missing."""
    make_role(clients("iam"), without=missing)
    job = run_job(s3control, created(s3control, job_request(user)))
    assert (job["Status"], job["FailureReasons"][0]["FailureCode"]) == ("Failed", "AccessDenied")


def test_a_job_fails_if_s3_cannot_assume_its_role(s3control: Any, user: str, clients: BotoClients) -> None:
    """The role must trust the service principal of S3 Batch Operations."""
    make_role(clients("iam"), service="lambda.amazonaws.com")
    assert run_job(s3control, created(s3control, job_request(user)))["Status"] == "Failed"


def test_a_job_fails_if_most_of_its_tasks_fail(
    s3control: Any, user: str, clients: BotoClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once enough tasks were executed (1,000 on AWS), and more than half of them failed. The rest is not executed."""
    monkeypatch.setattr(tasks, "LEAST_EXECUTED", 1)
    make_role(clients("iam"), without="s3:PutObjectAcl")
    job = run_job(s3control, created(s3control, job_request(user)))
    assert (job["Status"], job["ProgressSummary"]["NumberOfTasksFailed"]) == ("Failed", 1)


def _changed(request: Any, path: str, value: Any) -> Any:
    """Return a request with one member replaced, or removed if the value is None."""
    name, _, rest = path.partition(".")
    inner = _changed(request[name], rest, value) if rest else value
    kept = {each: content for each, content in request.items() if each != name}
    return kept if inner is None else {**kept, name: inner}


GENERATOR = "ManifestGenerator.S3JobManifestGenerator"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ManifestGenerator", None),
        (f"{GENERATOR}.Filter", {"KeyNameConstraint": {"MatchAnyPrefix": ["a/", "b/"]}}),
        (f"{GENERATOR}.SourceBucket", "arn:aws:s3:::another"),
        (f"{GENERATOR}.SourceBucket", "media"),
        (f"{GENERATOR}.ExpectedBucketOwner", "999988887777"),
        ("Report.Format", None),
        ("Report.ReportScope", None),
        ("Report.Bucket", "reports"),
        ("RoleArn", "arn:aws:iam::999988887777:role/jobs"),
        ("Operation.S3PutObjectAcl", {}),
    ],
)
def test_requests_that_create_job_refuses(s3control: Any, user: str, path: str, value: Any) -> None:
    """A request that breaks a rule of the API is refused with BadRequestException."""
    with refused("BadRequestException", 400):
        s3control.create_job(**_changed(job_request(user), path, value))


def test_a_job_is_created_in_the_region_of_the_bucket(sandbox: Any, user: str, clients: BotoClients) -> None:
    """Another region's S3 Control does not know the objects."""
    abroad = clients("s3control", "eu-west-1")

    def on_loopback(request: Any, **_: Any) -> None:
        request.url = request.url.replace(f"//{ACCOUNT}.", "//")

    abroad.meta.events.register("before-sign.s3-control", on_loopback, unique_id="loopback")
    with refused("BadRequestException", 400, "region"):
        abroad.create_job(**job_request(user))


def test_jobs_that_do_not_exist(s3control: Any) -> None:
    """They are refused with NotFoundException, and the list is empty."""
    with refused("NotFoundException", 404):
        s3control.describe_job(AccountId=ACCOUNT, JobId="another-one")
    assert s3control.list_jobs(AccountId=ACCOUNT).get("Jobs", []) == []


def test_lists_have_pages_and_statuses(s3control: Any, user: str) -> None:
    """The newest job comes first, in pages, and a list can have only some statuses."""
    ids = [created(s3control, job_request(user, ClientRequestToken=str(each))) for each in range(3)]
    page = s3control.list_jobs(AccountId=ACCOUNT, MaxResults=2)
    rest = s3control.list_jobs(AccountId=ACCOUNT, MaxResults=2, NextToken=page["NextToken"])
    assert [job["JobId"] for job in (*page["Jobs"], *rest["Jobs"])] == ids[::-1]
    run_job(s3control, ids[0])
    done = s3control.list_jobs(AccountId=ACCOUNT, JobStatuses=["Complete"])["Jobs"]
    assert [job["JobId"] for job in done] == [ids[0]]


def test_simulated_policies(sandbox: Any, clients: BotoClients) -> None:
    """SimulatePrincipalPolicy returns what the policies of a role allow, for each action and resource."""
    iam = clients("iam")
    make_role(iam, but="a/secret.mp4")

    def decided(action: str, resource: str) -> str:
        found = iam.simulate_principal_policy(
            PolicySourceArn=ROLE, ActionNames=[action], ResourceArns=[resource]
        )
        return str(found["EvaluationResults"][0]["EvalDecision"])

    assert decided("s3:PutObjectAcl", "arn:aws:s3:::media/a/1.mp4") == "allowed"
    assert decided("s3:PutObjectAcl", "arn:aws:s3:::media/a/secret.mp4") == "explicitDeny"
    assert decided("s3:DeleteObject", "arn:aws:s3:::media/a/1.mp4") == "implicitDeny"
    with refused("NoSuchEntity", 404):
        iam.simulate_principal_policy(PolicySourceArn=f"{ROLE}-none", ActionNames=["s3:GetObject"])


def test_a_job_that_nothing_watches_goes_on(s3control: Any, user: str, sandbox: Sandbox) -> None:
    """Its end does not depend on who reads its state, and neither does that of a cancelled job."""
    one = created(s3control, job_request(user))
    run_job(s3control, one, "Ready")
    s3control.update_job_status(AccountId=ACCOUNT, JobId=one, RequestedJobStatus="Cancelled")
    assert s3control.list_jobs(AccountId=ACCOUNT)["Jobs"][0]["Status"] == "Cancelled"
    created(s3control, job_request(user, ClientRequestToken="two"))
    assert s3control.list_jobs(AccountId=ACCOUNT)["Jobs"][0]["Status"] == "New"
    sandbox.cloudfront.settings.clock_ahead_seconds += 100
    assert s3control.list_jobs(AccountId=ACCOUNT)["Jobs"][0]["Status"] == "Complete"
