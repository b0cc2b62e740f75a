"""`cfstream.testing.Sandbox`, for tests of players."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from cfstream.errors import SpecProblems, WrongUsage
from cfstream.sign import CannotSign, Signer
from cfstream.testing import NotApplied, Sandbox
from tests.world.signing import public_pem, rsa_key

SPEC = """\
version: 1
name: lectures
bucket: lectures-media
cnames: [media.example.com]
dns: {route53: example.com}
key_groups:
  - name: lectures-signers
    public_keys: [{name: lectures-1, file: keys/lectures-1.pub.pem}]
http:
  behaviors:
    - {path: "/posters/*", public: true}
"""
PUBLIC_PATHS = {"makes-public"}
"""The hazard of a spec with a public path, when it is created."""

PUBLIC = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::lectures-media/*",
        }
    ],
}
PLAYLIST = "hls/master.m3u8"


@pytest.fixture
def applied(sandbox: Sandbox) -> Sandbox:
    """A stack with a playlist and a poster."""
    sandbox.apply(SPEC, allow=PUBLIC_PATHS)
    sandbox.put(PLAYLIST, "#EXTM3U\n")
    sandbox.put("posters/week 1+.jpg", b"poster")
    return sandbox


def test_the_functions_of_a_spec_are_created(sandbox: Sandbox) -> None:
    """A spec with functions can be applied. A function of the test itself stays."""
    named = SPEC.replace(
        "http:\n", "http:\n  functions: {viewer_request: rewrite, viewer_response: headers}\n"
    )
    cloudfront = sandbox.client("cloudfront")
    config = {"Comment": "of the test", "Runtime": "cloudfront-js-2.0"}
    created = cloudfront.create_function(Name="rewrite", FunctionConfig=config, FunctionCode=b"x")
    cloudfront.publish_function(Name="rewrite", IfMatch=created["ETag"])
    for _ in range(2):
        sandbox.apply(named, allow=PUBLIC_PATHS)
    shown = cloudfront.describe_function(Name="rewrite", Stage="LIVE")["FunctionSummary"]
    assert shown["FunctionConfig"]["Comment"] == "of the test"
    assert (
        cloudfront.describe_function(Name="headers", Stage="LIVE")["FunctionSummary"]["Status"] == "DEPLOYED"
    )


def test_unsigned_requests_are_refused(applied: Sandbox) -> None:
    """The edge answers like CloudFront: refused without a signature, public if the spec says so."""
    assert (applied.get(PLAYLIST).status_code, applied.get("/" + PLAYLIST).status_code) == (403, 403)
    poster = applied.get("posters/week 1+.jpg")
    assert (poster.status_code, poster.content, poster.headers["content-type"]) == (
        200,
        b"poster",
        "image/jpeg",
    )


def test_signed_requests_are_served(applied: Sandbox) -> None:
    """A signed URL, and the cookies of a folder, open exactly what they were signed for."""
    assert applied.get(applied.sign(PLAYLIST)).text == "#EXTM3U\n"
    cookies = applied.cookies("hls/")
    assert applied.get(PLAYLIST, cookies=cookies).status_code == 200
    applied.put("mp4/a.mp4", b"video")
    assert applied.get("mp4/a.mp4", cookies=cookies).status_code == 403
    assert (
        applied.get(applied.url("mp4/a.mp4") + "?" + applied.sign(PLAYLIST).partition("?")[2]).status_code
        == 403
    )


def test_any_http_client_is_a_viewer(applied: Sandbox) -> None:
    """Any client on loopback can use a signed URL: a player, a browser, curl."""
    host, path = applied.sign(PLAYLIST).removeprefix("http://").split("/", 1)
    asked = httpx.get(f"{applied.endpoint_url}/{path}", headers={"Host": host}, trust_env=False)
    assert asked.status_code == 200


def test_the_clock_can_be_advanced(applied: Sandbox) -> None:
    """Signatures expire when the clock is advanced, and new ones are valid. A reset restores the time."""
    signed, cookies = applied.sign(PLAYLIST, timedelta(minutes=5)), applied.cookies("hls/")
    applied.clock.advance(minutes=6)
    assert (applied.get(signed).status_code, applied.get(PLAYLIST, cookies=cookies).status_code) == (403, 200)
    applied.clock.advance(timedelta(hours=1))
    assert applied.get(PLAYLIST, cookies=cookies).status_code == 403
    assert applied.get(applied.sign(PLAYLIST)).status_code == 200
    before = applied.clock.now()
    applied.reset()
    assert applied.clock.now() < before


def test_a_saved_state_can_be_restored(applied: Sandbox) -> None:
    """After a reset too, the stack, its objects, its keys and the time are as they were, as often as needed."""
    state, before = applied.save(), applied.clock.now()
    for _ in range(2):
        applied.reset()
        assert applied.client("s3").list_buckets()["Buckets"] == []
        applied.restore(state)
        assert applied.get(applied.sign(PLAYLIST)).text == "#EXTM3U\n"
        assert applied.key("lectures-1").file.stat().st_mode & 0o077 == 0
        applied.client("s3").delete_object(Bucket="lectures-media", Key=PLAYLIST)
        applied.clock.advance(days=1)
    applied.restore(state)
    assert applied.clock.now() - before < timedelta(days=1)


def test_every_name_of_the_distribution_answers(applied: Sandbox) -> None:
    """A cname is requested by its URL, with the URL's scheme. The bucket's own address is closed."""
    assert applied.get("https://media.example.com/posters/week%201%2B.jpg").status_code == 200
    assert applied.get("http://media.example.com/posters/week%201%2B.jpg").status_code == 301
    assert applied.get(f"https://lectures-media.s3.amazonaws.com/{PLAYLIST}").status_code == 403


def test_an_application_signs_by_itself(applied: Sandbox) -> None:
    """The replaced key pair is a file and an id, as an application's settings have them."""
    pair = applied.key("lectures-1")
    signer = Signer(pair.file, pair.id)
    signed = signer.url(f"https://media.example.com/{PLAYLIST}", timedelta(hours=1))
    assert applied.get(signed).status_code == 200
    assert pair.file.stat().st_mode & 0o077 == 0


def test_a_checked_in_spec_applies_as_it_is(sandbox: Sandbox, tmp_path: Path) -> None:
    """A spec without its private keys can be applied and signed for, and its files do not change."""
    (tmp_path / "keys").mkdir()
    key = tmp_path / "keys" / "lectures-1.pub.pem"
    key.write_bytes(public_pem(rsa_key("somebody's")))
    (tmp_path / "lectures.yaml").write_text(SPEC)
    before = key.read_bytes()
    report = sandbox.apply(tmp_path / "lectures.yaml", allow=PUBLIC_PATHS)
    sandbox.put(PLAYLIST, "#EXTM3U\n")
    assert sandbox.get(sandbox.sign(PLAYLIST)).status_code == 200
    assert sandbox.apply(tmp_path / "lectures.yaml").stacks[0].outcome == "unchanged"
    assert report.stacks[0].outputs["dns_records"]
    assert key.read_bytes() == before
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        "keys",
        "lectures-1.pub.pem",
        "lectures.yaml",
    ]


def test_trusted_signers_sign_too(sandbox: Sandbox) -> None:
    """A spec with accounts as signers can be signed for."""
    sandbox.apply("version: 1\nname: old\nbucket: old-media\noai: {}\ntrusted_signers: [self]\n")
    sandbox.put("a.mp4", b"video")
    assert sandbox.get("a.mp4").status_code == 403
    assert sandbox.get(sandbox.sign("a.mp4")).content == b"video"


def test_verify_passes(applied: Sandbox) -> None:
    """`verify` checks the whole stack, also with its key, and finds what someone else opened."""
    applied.put(PLAYLIST, "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n1.ts\n#EXT-X-ENDLIST\n")
    applied.put("hls/1.ts", b"segment")
    proof = applied.verify()
    assert proof.exit_code == 0, proof.stacks[0].findings
    applied.client("s3").delete_public_access_block(Bucket="lectures-media")
    applied.client("s3").put_bucket_policy(Bucket="lectures-media", Policy=json.dumps(PUBLIC))
    assert applied.verify().exit_code == 7


def test_several_stacks_need_a_name(applied: Sandbox) -> None:
    """With two stacks, methods need a name, and the error lists the names."""
    applied.apply("version: 1\nname: news\nbucket: news-media\npublic: true\n", allow=PUBLIC_PATHS)
    applied.put("a.mp4", b"news", stack="news")
    assert applied.get("a.mp4", stack="news").content == b"news"
    with pytest.raises(WrongUsage, match="applied: lectures, news"):
        applied.get("a.mp4")
    with pytest.raises(CannotSign, match="needs no signature"):
        applied.sign("a.mp4", stack="news")


def test_a_failed_apply_has_a_reason(sandbox: Sandbox) -> None:
    """A spec with problems, a hazard that is not allowed, and a stack that was never applied are errors."""
    with pytest.raises(SpecProblems):
        sandbox.apply("version: 1\nname: lectures\n")
    with pytest.raises(WrongUsage, match="applied: none"):
        sandbox.url("a.mp4")
    sandbox.apply(SPEC, allow=PUBLIC_PATHS)
    with pytest.raises(NotApplied, match="cuts-viewers") as caught:
        sandbox.apply(SPEC + "enabled: false\n")
    assert caught.value.report.exit_code == 5
    sandbox.apply(SPEC + "enabled: false\n", allow={"cuts-viewers"})
    assert sandbox.get("posters/a.jpg").status_code == 403


def test_one_at_a_time(sandbox: Sandbox) -> None:
    """A second sandbox in one process is refused: moto has one state per process."""
    with pytest.raises(WrongUsage, match="already runs in this process"):
        Sandbox()


def test_without_the_extra_the_error_names_it() -> None:
    """If moto is not installed, the error names the extra."""
    script = (
        "import importlib.util as u; found = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'moto' else found(name, *rest)\n"
        "from cfstream.testing import Sandbox\n"
        "from cfstream.errors import WrongUsage\n"
        "try: Sandbox()\n"
        "except WrongUsage as error: print(error.do)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout == "pip install 'cfstream[sandbox]'\n"
