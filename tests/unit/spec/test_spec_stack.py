"""A stack has its spec, its defaults, what is absent, and the place of each field."""

import io
from datetime import timedelta

import pytest

from cfstream.errors import Problem, Where
from cfstream.spec.http import Http
from cfstream.spec.key_groups import KeyGroup, UsedKeyGroup
from cfstream.spec.load import load
from cfstream.spec.model import Bucket, Grant, Oai, Spec, Wait
from tests.unit.spec.reading import stack

FULL = """\
# a comment
version: 1
name: lectures
bucket:
  name: lectures-media
  create: true
cnames:
  - media.example.com
  - video.example.com
key_groups:
  - name: signers
    public_keys:
      - {name: lectures-2026-11, file: keys/lectures-2026-11.pub.pem}
  - use: newsroom
http:
  certificate: arn:aws:acm:us-east-1:111122223333:certificate/1-2
  behaviors:
    - path: /posters/*
      public: true
    - {path: "*.m3u8", cache_policy: CachingDisabled}
"""


@pytest.mark.parametrize(
    ("path", "line", "col"),
    [
        (("version",), 2, 10),
        (("bucket",), 4, 1),
        (("bucket", "name"), 5, 9),
        (("bucket", "region"), 4, 1),
        (("cnames",), 7, 1),
        (("cnames", 1), 9, 5),
        (("cnames", 7), 7, 1),
        (("key_groups", 0), 11, 5),
        (("key_groups", 0, "public_keys"), 12, 5),
        (("key_groups", 0, "public_keys", 0, "file"), 13, 40),
        (("key_groups", 1, "use"), 14, 10),
        (("http", "behaviors", 0), 18, 7),
        (("http", "behaviors", 0, "path"), 18, 13),
        (("http", "behaviors", 1, "cache_policy"), 20, 38),
        (("http", "behaviors", 1, "public"), 20, 7),
        (("http", "cors", "origins", 0), 15, 1),
        (("comment",), 2, 1),
        ((), 2, 1),
    ],
)
def test_where_a_field_was_written(path: tuple[str | int, ...], line: int, col: int) -> None:
    """A value has its own place, a block that of its key, and an absent field that of its nearest parent."""
    assert stack(FULL).where(*path) == Where("-", line, col)


def test_an_absent_field_has_the_line_of_the_name() -> None:
    """An absent field has the line of the name."""
    found = stack(FULL)
    assert found.line("cnames", 1) == 9
    assert found.line("bucket", "region") == 4
    assert found.line("comment") == found.line("name") == 3


def test_a_problem_of_a_stack_shows_the_line() -> None:
    """A problem that a later stage finds has its line, like one of the language."""
    found = stack(FULL).problem("the bucket is in another region", "say which", "bucket", "name")
    assert found == Problem(Where("-", 5, 9), "the bucket is in another region", "say which")
    assert found.source_line == "  name: lectures-media"


def test_the_defaults() -> None:
    """A spec of four lines has every default of the language, and nothing else is managed."""
    spec = stack("").spec
    assert spec == Spec(
        version=1, name="lectures", bucket=Bucket(name="lectures-media"), trusted_signers=("self",)
    )
    assert (spec.delivery, spec.enabled, spec.protect, spec.public) == ("http", True, False, False)
    assert spec.grant == Grant(via="bucket-policy", permission="READ", prefix="")
    assert spec.sign.max_validity == timedelta(hours=24)
    assert spec.wait.timeout == timedelta(minutes=30)
    assert (spec.http.certificate, spec.http.minimum_tls) == ("auto", "TLSv1.2_2021")
    assert spec.http.viewer_protocol == "redirect-to-https"
    unmanaged = (
        "comment",
        "cnames",
        "logging",
        "price_class",
        "tags",
        "dns",
        "adopt",
        "oac",
        "oai",
        "key_groups",
    )
    assert [getattr(spec, name) for name in unmanaged] == [None] * len(unmanaged)
    assert [getattr(spec.http, name) for name in ("default_root_object", "ipv6", "cache_policy", "cors")] == [
        None
    ] * 4


def test_absent_is_not_empty() -> None:
    """An empty value is present, and means that there must be none."""
    spec = stack('comment: ""\ncnames: []\nlogging: false\nhttp: {default_root_object: "", ipv6: false}').spec
    assert (spec.comment, spec.cnames, spec.logging) == ("", (), False)
    assert (spec.http.default_root_object, spec.http.ipv6) == ("", False)


@pytest.mark.parametrize(
    ("lines", "identity"),
    [
        ("", "oac"),
        ("oac: {}", "oac"),
        ("oai: {}", "oai"),
        ("delivery: rtmp", "oai"),
        ("origin_access: none", "none"),
        ("delivery: rtmp\norigin_access: none", "none"),
    ],
)
def test_identity(lines: str, identity: str) -> None:
    """OAC is the default of http, OAI is the only identity of rtmp, and none must be written."""
    assert stack(lines).spec.identity == identity


def test_the_short_forms() -> None:
    """A bucket may be only its name, and `use` makes a key group a reference."""
    spec = stack("bucket: films\nkey_groups: [{use: newsroom}]\noai: {comment: reads}").spec
    assert spec.bucket == Bucket(name="films")
    assert spec.key_groups == (UsedKeyGroup(use="newsroom"),)
    assert spec.oai == Oai(comment="reads")
    assert spec.http == Http()


@pytest.mark.parametrize("text", ["24h", "7d", "1h30m", "90s", "2d3h", "36h"])
def test_lengths_of_time_are_written_as_they_are_read(text: str) -> None:
    """The text of a duration reads back as the same duration."""
    wait = stack(f"wait: {{timeout: {text}}}").spec.wait
    again = wait.model_dump()["timeout"]
    assert stack(f"wait: {{timeout: {again}}}").spec.wait == wait == Wait(timeout=wait.timeout)
    assert stack("").spec.model_dump()["sign"] == {"max_validity": "24h"}


def test_key_groups_that_a_stack_owns() -> None:
    """The groups that a stack owns are listed once each, wherever they are."""
    one = "{name: %s, public_keys: [{name: k, file: keys/lectures-2026-11.pub.pem}]}"
    behaviors = (
        f"[{{path: /a, key_groups: [{one % 'b'}]}}, {{path: /b, key_groups: [{one % 'a'}, {{use: c}}]}}]"
    )
    spec = stack(f"key_groups: [{one % 'a'}]\nhttp: {{behaviors: {behaviors}}}").spec
    assert [group.name for group in spec.made_key_groups] == ["a", "b"]
    assert all(isinstance(group, KeyGroup) for group in spec.made_key_groups)


def test_anchors_and_merges() -> None:
    """A merge adds what a mapping lacks, and each field keeps its place."""
    found = stack(
        "http:\n  behaviors:\n    - &posters {path: /posters/*, public: true}\n    - {<<: *posters, path: /stills/*}"
    )
    first, second = found.spec.http.behaviors
    assert (first.path, second.path, second.public) == ("/posters/*", "/stills/*", True)
    assert found.where("http", "behaviors", 1, "public") == Where("-", 3, 43)
    assert found.where("http", "behaviors", 1, "path") == Where("-", 4, 28)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks(line_end: str, mark: str) -> None:
    """Line ends and a byte order mark do not change places or meanings."""
    (found,) = load(["-"], stdin=io.StringIO(mark + FULL.replace("\n", line_end)))
    assert found.spec == stack(FULL).spec
    assert found.where("http", "behaviors", 1, "cache_policy") == Where("-", 20, 38)


def test_the_digest_covers_the_document_and_no_other() -> None:
    """Changing one document of a file does not change the digests of the others."""
    text = "version: 1\nname: {}\nbucket: films\npublic: true\n"
    both = [text.format("a"), "---\n" + text.format("b")]
    first, second = load(["-"], stdin=io.StringIO("".join(both)))
    again, changed = load(["-"], stdin=io.StringIO("".join([*both, "comment: new\n"])))
    assert first.spec_sha256 == again.spec_sha256
    assert second.spec_sha256 != changed.spec_sha256
    assert len(first.spec_sha256) == 64


def test_documents_keep_their_order_and_lines() -> None:
    """Several documents of one file are several stacks, in the order of the file."""
    text = "version: 1\nname: {}\nbucket: films\npublic: true\n"
    found = load(
        ["-"], stdin=io.StringIO("---\n" + "---\n".join(text.format(name) for name in "zab") + "---\n")
    )
    assert [(each.spec.name, each.line("name")) for each in found] == [("z", 3), ("a", 8), ("b", 13)]
