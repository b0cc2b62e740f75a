"""What else may refuse a request, and cannot be judged."""

from dataclasses import replace

import pytest

from cfstream.explain.judging import explain
from cfstream.kinds.distribution import countries, web_acl
from tests.unit.explain.signed import HOUR, NOW, URL, guards, signer


def test_a_function_that_runs_on_requests_is_a_note() -> None:
    """Its code is not known, so the signature is judged alone, and a note lists the function."""
    found = guards()
    *others, default = found.behaviors
    with_function = replace(found, behaviors=(*others, replace(default, functions=("rewrite",))))
    url = signer().url("https://media.example.com/a.mp4", HOUR)
    explanation = explain(url, now=NOW, guards=with_function)
    assert explanation.accepted is True
    assert explanation.notes[0] == (
        "the function rewrite runs on requests for the default behavior, and may refuse or redirect them: "
        "cfstream does not read its code"
    )
    assert not any("rewrite" in note for note in explain(url, now=NOW, guards=found).notes)


@pytest.mark.parametrize(
    ("restrictions", "acl", "notes"),
    [
        ("none", "", ()),
        ("whitelist", "", ("viewers outside AT, DE get 403, also with a valid signature",)),
        ("blacklist", "", ("viewers in AT, DE get 403, also with a valid signature",)),
        (
            "none",
            "arn:aws:wafv2:us-east-1:123456789012:global/webacl/viewers/a1b2",
            ("the web ACL viewers may refuse viewers with 403: cfstream does not read its rules",),
        ),
    ],
)
def test_countries_and_a_web_acl_are_notes(restrictions: str, acl: str, notes: tuple[str, ...]) -> None:
    """They refuse viewers whatever the signature."""
    config = {
        "Restrictions": {"GeoRestriction": {"RestrictionType": restrictions, "Items": ["DE", "AT"]}},
        "WebACLId": acl,
    }
    limits = (*countries.refusals(config), *web_acl.refusals(config))
    assert limits == notes
    limited = explain(signer().url(URL, HOUR), now=NOW, guards=replace(guards(), limits=limits))
    assert (limited.accepted, limited.notes[: len(notes)]) == (True, notes)
