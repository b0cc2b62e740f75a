"""list, show, wait and delete against a sandbox: their output, and what is live afterwards."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cfstream.aws.clock import SystemClock
from tests.cli.account import SmallAccount
from tests.cli.conftest import Result
from tests.world.configs import update
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

pytestmark = pytest.mark.usefixtures("aws")

SPEC = """\
version: 1
name: {name}
bucket: media
trusted_signers: [self]
"""


def document(result: Result) -> Any:
    """Return what a command prints with --format json."""
    assert (result.code, result.err) == (0, "")
    return json.loads(result.out)


def test_list_shows_all_with_their_owners(account: SmallAccount, run: Run) -> None:
    """Both kinds and the identities, each with its spec, its status and its users."""
    lines = run("list").out.splitlines()
    assert lines[:3] == [
        "Distributions",
        f"  {account.distribution}  lectures  Deployed",
        *lines[2:3],
    ]
    assert f"  {account.streaming}  old  disabled" in lines
    assert f"  {account.identity}  old  in use" in lines
    assert f"  {account.unused}  -    unused" in lines
    assert max(map(len, lines)) <= 80


def test_list_as_json(account: SmallAccount, run: Run) -> None:
    """The document has the keys that programs rely on."""
    listed = document(run("list", "--format", "json"))
    assert list(listed) == [
        "format_version",
        "account",
        "distributions",
        "origin_access_identities",
        "exit_code",
    ]
    assert listed["account"] == "123456789012"
    first, second = listed["distributions"]
    assert first == {
        "kind": "distribution",
        "id": account.distribution,
        "spec": "lectures",
        "comment": "Private lectures",
        "status": "Deployed",
        "enabled": True,
        "domain_name": first["domain_name"],
        "cnames": [],
        "origins": ["media.s3.us-east-1.amazonaws.com"],
    }
    assert (second["kind"], second["id"], second["spec"]) == (
        "streaming-distribution",
        account.streaming,
        "old",
    )
    assert (second["cnames"], second["enabled"]) == (["old.example.com"], False)
    used, unused = listed["origin_access_identities"]
    comment = "cfstream:old Old lectures"
    assert used == {"id": account.identity, "spec": "old", "comment": comment, "used_by": [account.streaming]}
    assert unused == {"id": account.unused, "spec": None, "comment": "made by hand", "used_by": []}


def test_list_of_an_empty_account(aws: Sandbox, run: Run) -> None:
    """It prints that there are none."""
    aws.reset()
    expected = "No distributions and no origin access identities in account 123456789012.\n"
    assert run("list") == Result(0, expected, "")


def test_show_a_distribution(account: SmallAccount, run: Run) -> None:
    """Every setting, the names of what it refers to, the active keys, and the grant with which it reads."""
    shown = document(run("show", account.distribution, "--format", "json"))
    assert (shown["kind"], shown["id"], shown["spec"]) == ("distribution", account.distribution, "lectures")
    assert (shown["status"], shown["enabled"], shown["comment"]) == ("Deployed", True, "Private lectures")
    (origin,) = shown["origins"]
    assert (origin["access"], origin["identity"]["name"]) == ("oac", "cfstream-lectures")
    everything, posters = shown["behaviors"]
    assert [group["name"] for group in everything["key_groups"]] == ["lectures-signers"]
    assert (posters["path"], posters["key_groups"], posters["trusted_signers"]) == ("/posters/*", [], [])
    (active,) = shown["active_signers"]
    assert active["signer"]["name"] == "lectures-signers"
    assert [key["name"] for key in active["keys"]] == ["lectures-2026-11"]
    (grant,) = shown["grants"]
    assert (grant["via"], grant["sid"], grant["ours"]) == ("bucket-policy", "cfstream-lectures-oac", True)
    assert (grant["what"], grant["to"]) == (
        "s3:GetObject on arn:aws:s3:::media/*",
        "CloudFront for this distribution",
    )
    assert (shown["tags"], shown["notes"]) == ({"cfstream:name": "lectures"}, [])


def test_show_has_the_headers_that_policies_set(account: SmallAccount, run: Run) -> None:
    """Policies of the account are shown by name, and those of headers with their content and their paths."""
    http = "http: {cors: {origins: ['https://a.example'], credentials: true}, cache_policy: mine, behaviors: "
    http += "[{path: /p/*, response_headers_policy: SecurityHeadersPolicy}]}"
    ttl = {"MinTTL": 1, "Name": "mine"}
    account.cloudfront.create_cache_policy(CachePolicyConfig=ttl)
    Path("cors.yaml").write_text(SPEC.format(name="cors") + http)
    assert run("apply", "cors.yaml", "--yes", "--no-verify", "-q").code == 0
    shown = document(run("show", "cors.yaml", "--format", "json"))
    own, managed = shown["headers_policies"]
    assert (own["policy"]["name"], own["paths"]) == ("cfstream-cors", [""])
    assert own["settings"]["cors"]["origins"] == ["https://a.example"]
    assert (managed["policy"]["name"], managed["paths"]) == ("SecurityHeadersPolicy", ["/p/*"])
    assert shown["behaviors"][0]["cache_policy"] == "mine"
    text = run("show", "cors.yaml").out
    assert "\n    cors origins: https://a.example\n    cors methods: GET, HEAD, OPTIONS\n" in text
    assert "security headers" in text


def test_show_a_streaming_distribution(account: SmallAccount, run: Run) -> None:
    """The recipe of 2011: signers with their key pairs, and grants on objects."""
    shown = document(run("show", account.streaming, "--format", "json"))
    assert (shown["kind"], shown["cnames"], shown["enabled"]) == (
        "streaming-distribution",
        ["old.example.com"],
        False,
    )
    (origin,) = shown["origins"]
    assert (origin["access"], origin["identity"]["id"]) == ("oai", account.identity)
    assert shown["behaviors"][0]["trusted_signers"] == ["self"]
    assert [signer["signer"]["id"] for signer in shown["active_signers"]] == ["self"]
    assert all(key["id"].startswith("APKA") for key in shown["active_signers"][0]["keys"])
    assert [grant["what"] for grant in shown["grants"]] == ["FULL_CONTROL on 2 of the first 3 objects"]


def test_show_an_identity(account: SmallAccount, run: Run) -> None:
    """Its canonical user id, which object grants contain, and its users."""
    shown = document(run("show", account.identity, "--format", "json"))
    assert (shown["kind"], shown["used_by"], shown["spec"]) == (
        "origin-access-identity",
        [account.streaming],
        "old",
    )
    assert len(shown["canonical_user"]) == 96


@pytest.mark.parametrize("width", [80, 40])
def test_show_reads_at_any_width(
    account: SmallAccount, run: Run, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """Ids are never cut, and everything else fits the width."""
    monkeypatch.setenv("COLUMNS", str(width))
    result = run("show", account.distribution)
    assert (result.code, result.err) == (0, "")
    assert account.distribution in result.out
    too_long = [line for line in result.out.splitlines() if len(line) > width and len(line.split()) > 2]
    assert all("arn:" in line or "Domain name:" in line for line in too_long)


def test_show_by_spec(account: SmallAccount, run: Run, tmp_path: Path) -> None:
    """A spec names its stack's own distribution."""
    (tmp_path / "lectures.yaml").write_text(SPEC.format(name="lectures"))
    assert document(run("show", "lectures.yaml", "--format", "json"))["id"] == account.distribution


@pytest.mark.parametrize("command", ["show", "wait"])
def test_missing_resources(account: SmallAccount, run: Run, tmp_path: Path, command: str) -> None:
    """An unknown id, and a spec that was never applied, give an error with a fix."""
    (tmp_path / "other.yaml").write_text(SPEC.format(name="other"))
    by_id, by_spec = run(command, "E00000000000"), run(command, "other.yaml")
    assert (by_id.code, by_spec.code) == (1, 1)
    message = " ".join(by_id.err.split())
    assert "no distribution or origin access identity in this account has the id E00000000000" in message
    assert "other has no distribution in account 123456789012" in by_spec.err
    assert "cfstream apply other.yaml" in by_spec.err


def test_show_needs_one_stack(account: SmallAccount, run: Run, tmp_path: Path) -> None:
    """A folder of several stacks is an error."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(SPEC.format(name=name))
    result = run("show", ".")
    assert result.code == 2
    assert "2 stacks: one, two" in result.err


def test_wait_for_what_is_deployed(account: SmallAccount, run: Run, tmp_path: Path) -> None:
    """Specs and ids, with a line for each."""
    (tmp_path / "lectures.yaml").write_text(SPEC.format(name="lectures"))
    result = run("wait", "lectures.yaml", account.streaming)
    expected = f"lectures ({account.distribution}) is Deployed.\n{account.streaming} is Deployed.\n"
    assert result == Result(0, expected, "")


def test_wait_times_out(account: SmallAccount, aws: Sandbox, run: Run) -> None:
    """A distribution that is not Deployed in time is named. The exit code is 6, and JSON has each status."""
    assert run("list").code == 0  # what has been seen as Deployed stays so
    aws.cloudfront.settings.deploy_after_reads = 10_000
    update(account.cloudfront, account.distribution, Comment="changed")
    result = run("wait", account.distribution, account.streaming, "--timeout", "1s", "--format", "json")
    assert result.code == 6
    assert f"not Deployed within 1 s: {account.distribution}: InProgress" in " ".join(result.err.split())
    ended = {
        each["id"]: (each["deployed"], each["pending"]) for each in json.loads(result.out)["distributions"]
    }
    assert ended == {account.distribution: (False, "InProgress"), account.streaming: (True, None)}


def test_wait_ends_when_deployed(account: SmallAccount, aws: Sandbox, run: Run) -> None:
    """It polls until the change is Deployed."""
    aws.cloudfront.settings.deploy_after_reads = 3
    update(account.cloudfront, account.distribution, Comment="changed")
    result = run("wait", account.distribution)
    assert (result.code, result.out) == (0, f"{account.distribution} is Deployed.\n")
    assert f"{account.distribution}: InProgress" in result.err


@pytest.mark.parametrize("timeout", ["abc", "0m", "10"])
def test_wait_parses_durations(run: Run, timeout: str) -> None:
    """A timeout is written as in specs, with its unit."""
    result = run("wait", "E00000000000", "--timeout", timeout)
    assert result.code == 2
    assert "write a duration like 90s, 30m or 1h30m" in result.err


@pytest.mark.parametrize("command", ["wait", "show"])
@pytest.mark.parametrize("id_", ["EABC", "ENIX", "E1UGDLB9XZBD79"])
def test_an_unknown_id_is_not_a_file(run: Run, command: str, id_: str) -> None:
    """Ids of any length are ids. The error names the command that lists them."""
    result = run(command, id_)
    assert (result.code, result.out) == (1, "")
    message = " ".join(result.err.split())
    assert f"no distribution or origin access identity in this account has the id {id_}" in message
    assert "cfstream list" in result.err


def test_ctrl_c_shows_how_to_continue_waiting(
    account: SmallAccount, aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note has the same command with its flags. CloudFront continues to deploy."""

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SystemClock, "sleep", stopped)
    aws.cloudfront.settings.deploy_after_reads = 10_000
    update(account.cloudfront, account.distribution, Comment="new")
    result = run("wait", account.distribution, "--region", "eu-west-1")
    assert (result.code, result.out) == (130, "")
    assert f"cfstream wait {account.distribution} --region eu-west-1" in result.err


def test_delete_an_unused_identity(account: SmallAccount, run: Run) -> None:
    """With its current ETag, it is deleted without a question."""
    result = run("delete", account.unused, "--if-match", account.etag())
    assert (result.code, result.out) == (0, f"Deleted origin access identity {account.unused}.\n")
    assert result.err.startswith("note: its grants in bucket policies and on objects stay, without effect")
    assert set(account.identities()) == {account.identity}


def test_delete_a_disabled_distribution(account: SmallAccount, run: Run) -> None:
    """A disabled and Deployed streaming distribution is deleted. Then its identity is unused."""
    result = run("delete", account.streaming, "--yes")
    assert result.code == 0
    assert f"these still exist: origin access identity {account.identity}, " in result.err
    assert run("delete", account.identity, "--yes").code == 0
    assert set(account.identities()) == {account.unused}


def test_delete_refuses_another_version(account: SmallAccount, run: Run) -> None:
    """An outdated ETag is stale: exit 4, and nothing is deleted."""
    result = run("delete", account.unused, "--if-match", "E2QWRUHAPOMQZL")
    assert result.code == 4
    assert f"its ETag is {account.etag()}, not E2QWRUHAPOMQZL" in " ".join(result.err.split())
    assert account.unused in account.identities()


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("distribution", "is enabled"),
        ("identity", "is still used by"),
    ],
)
def test_delete_refuses_what_is_used(account: SmallAccount, run: Run, which: str, words: str) -> None:
    """A resource in use stays, with any flags. The error has a fix."""
    result = run("delete", getattr(account, which), "--yes")
    assert result.code == 2
    assert words in result.err
    assert "fix: " in result.err


def test_delete_refuses_a_distribution_in_progress(account: SmallAccount, aws: Sandbox, run: Run) -> None:
    """A disabled distribution that is not Deployed yet must be waited for."""
    aws.cloudfront.settings.deploy_after_reads = 10_000
    update(account.cloudfront, account.distribution, Enabled=False)
    result = run("delete", account.distribution, "--yes")
    assert result.code == 2
    assert f"cfstream wait {account.distribution}" in result.err


def test_delete_asks(account: SmallAccount, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal nothing is deleted. On a terminal only ``yes`` confirms."""
    result = run("delete", account.unused)
    assert result.code == 2
    assert f"--if-match {account.etag()}" in result.err
    for answer, code, left in (("y\n", 1, True), ("", 1, True), ("yes\n", 0, False)):
        monkeypatch.setattr("sys.stdin", _Terminal(answer))
        assert run("delete", account.unused).code == code
        assert (account.unused in account.identities()) is left


def test_delete_needs_an_id(run: Run) -> None:
    """A spec is not an id: resources of a stack are not deleted one by one."""
    result = run("delete", "lectures.yaml")
    assert result.code == 2
    assert "lectures.yaml is not a CloudFront id" in result.err


class _Terminal:
    """A terminal with typed text."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self._answer


@pytest.mark.parametrize("command", [["list"], ["show", "E00000000000"], ["wait", "E00000000000"]])
def test_nothing_answers(cfstream: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    """An endpoint that does not answer is named, with exit code 1 and nothing on stdout."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    result = cfstream(*command, "--endpoint-url", "http://127.0.0.1:1")
    assert (result.code, result.out) == (1, "")
    assert "STS could not be reached at http://127.0.0.1:1" in result.err


class _WebSite(BaseHTTPRequestHandler):
    """A web server that is not AWS."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>hello</html>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the same)
        pass


def test_something_else_answers(cfstream: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A web site instead of AWS is reported without a traceback."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    with ThreadingHTTPServer(("127.0.0.1", 0), _WebSite) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        result = cfstream("list", "--endpoint-url", f"http://127.0.0.1:{site.server_port}")
        site.shutdown()
        thread.join()
    assert (result.code, result.out) == (1, "")
    assert "does not have AWS's format" in " ".join(result.err.split())
