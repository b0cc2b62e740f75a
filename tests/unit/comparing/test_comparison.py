"""What a change of specs means, and its hazards."""

import io
from pathlib import Path

import pytest

from cfstream.comparing import Comparison, compare
from cfstream.kinds.distribution.meaning import meaning
from cfstream.render.comparison import comparison_markdown, comparison_text
from cfstream.spec.load import load
from cfstream.spec.stack import Stack
from cfstream.steps.hazards import worst_first
from tests.unit.spec.reading import stack, whole


def stacks(text: str) -> tuple[Stack, ...]:
    """Return the stacks of a file."""
    return load(["-"], stdin=io.StringIO(text))


def between(before: str, after: str) -> Comparison:
    """Return one stack, before and after."""
    return compare([stack(before)], [stack(after)])


def changes(before: str, after: str) -> dict[str, tuple[object, object]]:
    """Return the fields that differ."""
    return {
        change.field: (change.before, change.after)
        for found in between(before, after).stacks
        for change in found.changes
    }


def test_other_spellings_are_equal() -> None:
    """Order, quotes, comments, explicit defaults and the order of lists do not matter."""
    one = "cnames: [a.example.com, b.example.com]\nsign: {max_validity: 24h}\nbucket: lectures-media\n"
    other = (
        "# c\nenabled: true\noac: {}\nbucket: {create: false, name: 'lectures-media'}\n"
        "cnames: [b.example.com, a.example.com]\nsign: {max_validity: 1440m}\nhttp: {certificate: auto}\n"
    )
    assert between(one, other) == Comparison((), 1)
    assert comparison_text(between(one, other), color=False, width=80) == "No difference in meaning.\n"


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("comment: x", "", {"comment": ("x", None)}),
        ("", "cnames: []", {"cnames": (None, [])}),
        ("", "oai: {}", {"oac": ({}, None), "oai": (None, {})}),
        ("", "origin_access: none", {"oac": ({}, None), "origin_access": (None, "none")}),
        ("sign: {max_validity: 2h}", "", {"sign.max_validity": ("2h", "24h")}),
        ("", "logging: false", {"logging": (None, False)}),
        ("", "logging: {bucket: logs}", {"logging.bucket": (None, "logs"), "logging.prefix": (None, "")}),
        ("", "http: {functions: {}}", {"http.functions": (None, {})}),
        (
            "http: {functions: {viewer_request: a}, behaviors: [{path: /a}]}",
            "http: {functions: {viewer_response: a}, behaviors: [{path: /a, functions: {}}]}",
            {
                "http.functions": ({"viewer_request": "a"}, {"viewer_response": "a"}),
                "http.behaviors[/a].functions": (None, {}),
            },
        ),
        ("tags: {a: b}", "tags: {a: c}", {"tags": ({"a": "b"}, {"a": "c"})}),
        (
            "http: {behaviors: [{path: /a}, {path: /b}]}",
            "http: {behaviors: [{path: /b}, {path: /a}]}",
            {"http.behaviors": (["/a", "/b"], ["/b", "/a"])},
        ),
        ("key_groups: [{use: a}]", "key_groups: [{use: b}]", {"key_groups": (["a"], ["b"])}),
        (
            "also_read_by: [vpc-0a1b2c3d, 10.0.0.0/8]\nalso_managed_by: []",
            "also_read_by: [10.0.0.0/8]\nalso_managed_by: ['999988887777']",
            {
                "also_read_by": (["10.0.0.0/8", "vpc-0a1b2c3d"], ["10.0.0.0/8"]),
                "also_managed_by": ([], ["999988887777"]),
            },
        ),
        ("x-note: {a: 1}\n", "x-other: b\n", {}),
    ],
)
def test_fields_are_reported_with_their_defaults(
    before: str, after: str, found: dict[str, tuple[object, object]]
) -> None:
    """Absent is not empty, a default is a value, and order counts if it decides."""
    assert changes(before, after) == found


ONE_BEHAVIOR = "http: {{behaviors: [{{path: /a{}}}]}}"

HAZARDS = [
    (
        "trusted_signers: [self]",
        "public: true",
        "makes-public the default behavior: anyone can read it without a signature",
    ),
    (
        ONE_BEHAVIOR.format(""),
        ONE_BEHAVIOR.format(", public: true"),
        "makes-public paths that match /a: anyone can read them without a signature",
    ),
    (
        "",
        ONE_BEHAVIOR.format(", public: true"),
        "makes-public paths that match /a: anyone can read them without a signature",
    ),
    (
        "trusted_signers: [self, '111122223333']",
        "trusted_signers: [self]",
        "cuts-viewers the default behavior: URLs and cookies signed by account 111122223333 stop working",
    ),
    (
        "trusted_signers: [self]\n" + ONE_BEHAVIOR.format(", trusted_signers: ['111122223333']"),
        "trusted_signers: [self]\n" + ONE_BEHAVIOR.format(""),
        "cuts-viewers paths that match /a: URLs and cookies signed by account 111122223333 stop working",
    ),
    (
        "key_groups: [{use: a}, {use: b}]",
        "key_groups: [{use: a}]",
        "cuts-viewers the default behavior: URLs and cookies signed by key group b stop working",
    ),
    (
        "cnames: [a.example.com]",
        "cnames: []",
        "cuts-viewers a.example.com: viewers of this host name get errors",
    ),
    ("", "enabled: false", "cuts-viewers the stack's own distribution no longer answers"),
    (
        "cnames: [a.example.com]",
        "cnames: [a.example.com]\nhttp: {minimum_tls: TLSv1}",
        "weakens-tls viewers can connect with TLS versions or ciphers that TLSv1.2_2021 refuses",
    ),
    (
        "",
        "http: {viewer_protocol: allow-all}",
        "weakens-tls signed URLs and cookies may be sent over plain",
    ),
    ("grant: {prefix: a/}", "", "widens-grant CloudFront gains access to the whole bucket"),
    (
        "grant: {prefix: a/b/}",
        "grant: {prefix: a/}",
        "widens-grant CloudFront gains access to everything under a/",
    ),
    (
        "oai: {}\ngrant: {via: object-acl}",
        "oai: {}\ngrant: {via: object-acl, permission: FULL_CONTROL}",
        "widens-grant FULL_CONTROL in place of READ",
    ),
    (
        "grant: {prefix: a/}",
        "grant: {prefix: a/b/}",
        "cuts-viewers the default behavior: URLs and cookies signed by this account stop working",
    ),
    (
        "bucket: one-media",
        "bucket: two-media\ngrant: {prefix: a/}",
        "cuts-viewers the default behavior: URLs and cookies signed by this account stop working",
    ),
]


@pytest.mark.parametrize(("before", "after", "expected"), HAZARDS)
def test_a_change_in_one_direction_is_a_hazard(before: str, after: str, expected: str) -> None:
    """A hazard that specs show has the name from plans. The opposite change does not have it."""
    (found,) = between(before, after).stacks
    hazards = [f"{hazard.name} {hazard.text}" for hazard in found.hazards]
    assert len(hazards) == 1
    assert hazards[0].startswith(expected)
    (back,) = between(after, before).stacks
    assert expected not in [f"{hazard.name} {hazard.text}" for hazard in back.hazards]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("cnames: [a.example.com]", ""),
        ("", "http: {minimum_tls: TLSv1.3_2025}"),
        ("", "http: {minimum_tls: TLSv1}"),
        (ONE_BEHAVIOR.format(", public: true"), ""),
        ("public: true", "trusted_signers: [self]"),
        ("http: {viewer_protocol: allow-all}", "http: {viewer_protocol: allow-all, ipv6: true}"),
        ("bucket: one-media\ngrant: {prefix: a/}", "bucket: two-media"),
        ("grant: {prefix: a/}", "grant: {via: elsewhere}"),
        ("delivery: rtmp", "public: true"),
        (
            "bucket: one-media\ntrusted_signers: [self]",
            "bucket: two-media\ntrusted_signers: [self, '111122223333']",
        ),
    ],
)
def test_harmless_changes_are_not_hazards(before: str, after: str) -> None:
    """Closing public access, a TLS minimum without a certificate, and another bucket take nothing from signers.

    If the grant is made elsewhere, cfstream does not know what CloudFront can read, so no grant is wider. Another
    delivery has no hazards, because plan refuses it.
    """
    (found,) = between(before, after).stacks
    assert found.hazards == ()


def test_another_bucket_has_other_objects() -> None:
    """A reviewer learns that viewers get other objects, and that the former bucket stays."""
    (found,) = between("bucket: one-media", "bucket: two-media").stacks
    stays, moved = found.notices
    assert stays.text == "the bucket one-media stays, with everything in it"
    assert (
        "the bucket one-media, which the spec replaces by two-media: viewers get the objects of two-media"
        in moved.text
    )
    assert moved.do.startswith("if you mean another stack, choose another `name`")
    assert moved.warning


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "delivery: rtmp\ncnames: [a.example.com]",
            "public: true",
            [
                "warning: delivery changes from rtmp to http: plan refuses this while the old distribution exists",
            ],
        ),
        ("protect: true", "", ["warning: destroy is no longer refused"]),
        ("", "protect: true", []),
        (
            "delivery: rtmp\nbucket: one-media",
            "delivery: rtmp\nbucket: two-media",
            ["note: the bucket one-media stays, with everything in it"],
        ),
    ],
)
def test_a_reviewer_learns_more_than_the_fields(before: str, after: str, expected: list[str]) -> None:
    """A note about the objects of the former bucket is only for http."""
    (found,) = between(before, after).stacks
    assert [f"{'warning' if each.warning else 'note'}: {each.text}" for each in found.notices] == expected


KEYS = sorted((Path(__file__).parents[3] / "examples" / "keys").glob("*.pub.pem"))


def keyed(*keys: str) -> str:
    """Return a spec of one group with keys, each given as its name, or as the new and the old one that it replaces."""
    rows = []
    for number, key in enumerate(keys):
        name, _, old = key.partition("<")
        replaces = f", replaces: [{old}]" if old else ""
        rows.append(f"{{name: {name}, file: '{KEYS[number % len(KEYS)]}'{replaces}}}")
    return f"key_groups: [{{name: g, public_keys: [{', '.join(rows)}]}}]\nsign: {{max_validity: 2h}}"


def test_a_removed_key_cuts_viewers_unless_a_kept_key_replaces_it() -> None:
    """One is a hazard. The other is a notice with the time until it is safe."""
    (cut,) = between(keyed("a", "b"), keyed("a")).stacks
    assert [(hazard.name, hazard.text) for hazard in cut.hazards] == [
        ("cuts-viewers", "URLs signed with b of g are refused")
    ]
    (replaced,) = between(keyed("a"), keyed("b<a")).stacks
    assert replaced.hazards == ()
    assert [notice.text for notice in replaced.notices] == [
        "the key a is removed: it is safe once b, which replaces it, is older than 2h"
    ]
    (joined,) = between(keyed("a"), keyed("a", "b")).stacks
    assert (joined.hazards, joined.notices) == ((), ())


@pytest.mark.parametrize(
    ("after", "fate"),
    [
        ("", "stays as an unlisted one, with the signers of the default behavior"),
        ("http: {behaviors: [{path: posters/*}]}", None),
        ("http: {unlisted_behaviors: delete}", "is deleted"),
        ("public: true", "stays as an unlisted one, with its signers"),
    ],
)
def test_a_behavior_that_is_removed_from_the_spec_has_a_notice(after: str, fate: str | None) -> None:
    """The notice says what becomes of it, as the plan does."""
    (found,) = between("http: {behaviors: [{path: /posters/*, public: true}]}", after).stacks
    expected = [] if fate is None else [f"the behavior /posters/* {fate}"]
    assert [each.text for each in found.notices if "behavior" in each.text] == expected


def test_new_and_removed_stacks() -> None:
    """A new one shows its fields beyond the defaults. The resources of a removed one stay."""
    one, two = whole("name: one\nbucket: films\ncomment: x"), whole("name: two\nbucket: clips\npublic: true")
    found = compare(stacks(one), stacks(two))
    assert comparison_text(found, color=False, width=80) == (
        "- one gone                                                                     -\n"
        "  warning: its resources stay: to delete them, run cfstream destroy with the\n"
        "    older spec\n"
        "\n"
        "+ two new                                                                      -\n"
        '      + bucket  "clips"\n'
        "      + public  true\n"
        "  warning: it is public: anyone can read everything in clips\n"
        "  ! makes-public: the default behavior: anyone can read it without a signature,\n"
        "    for example /a\n"
        "\n"
        "Stacks: 1 new, 1 gone, 0 as before.\n"
    )


def test_hostile_text_stays_text() -> None:
    """Text from a spec cannot control a terminal or end a block of Markdown."""
    found = between("", 'comment: "``` | \\u202e <b>"\ncnames: [a.example.com]\nenabled: false')
    assert "\u202e" not in comparison_text(found, color=False, width=80)
    text = comparison_markdown(found)
    assert "\u202e" not in text
    assert "````diff\n" in text
    assert text.endswith("````\n")
    assert (
        "- **cuts-viewers**: the stack's own distribution no longer answers, because it is disabled: nobody can read "
        "through it\n" in text
    )


def test_hazards_have_the_order_of_the_contract() -> None:
    """Hazards have the order of their names in the contract."""
    (found,) = between(
        "cnames: [a.example.com]", "public: true\ncnames: []\nhttp: {minimum_tls: TLSv1}"
    ).stacks
    ranks = [worst_first(hazard) for hazard in found.hazards]
    assert ranks == sorted(ranks)
    assert len({*ranks}) == 3


def test_rtmp_has_no_fields_of_http() -> None:
    """Defaults without an effect are not a difference."""
    assert not [field for field in meaning(stack("delivery: rtmp")) if field.startswith("http")]
