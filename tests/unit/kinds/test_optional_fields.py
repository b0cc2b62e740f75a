"""Fields that a spec no longer has keep their values in AWS. A notice lists them if the earlier spec is known."""

from dataclasses import replace
from typing import Any

import pytest

from cfstream.kinds.distribution.optional_fields import no_longer_managed
from cfstream.planning import LiveSummary
from cfstream.spec.model import Spec
from cfstream.use_cases import former_specs
from tests.unit.kinds.live import stack
from tests.unit.render.plans import STILL, plan


def spec(**fields: Any) -> Spec:
    """Return a valid spec with these fields."""
    return Spec.model_validate(
        {"version": 1, "name": "any", "bucket": "media", "trusted_signers": ["self"], **fields}
    )


@pytest.mark.parametrize(
    ("old", "new", "listed"),
    [
        ({"comment": "x"}, {}, 'comment: "x"'),
        ({"cnames": ["a.b"], "logging": False}, {}, 'cnames: ["a.b"], logging: false'),
        ({"tags": {"a": "b", "c": "d"}}, {"tags": {"c": "e"}}, 'tags.a: "b"'),
        ({"http": {"geo": {"allow": ["US"]}}}, {}, 'http.geo: {allow: ["US"]}'),
        ({"http": {"cors": {"origins": ["*"]}}}, {}, 'http.cors: {origins: ["*"]}'),
        (
            {"http": {"behaviors": [{"path": "a/*", "functions": {}}]}},
            {"http": {"behaviors": [{"path": "/a/*"}]}},
            "http.behaviors[a/*].functions: {}",
        ),
    ],
)  # fmt: skip
def test_removed_fields_are_listed(old: Any, new: Any, listed: str) -> None:
    """Each field has the value that the earlier spec had."""
    notice = no_longer_managed(spec(**old), spec(**new), "main")
    assert notice is not None
    assert notice.text == f"AWS keeps what is no longer in the spec since main: {listed}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"comment": "x"}, {"comment": ""}),
        ({"http": {"geo": {"allow": ["US"]}}}, {"http": {"geo": {}}}),
        ({"sign": {"max_validity": "2h"}, "enabled": False}, {}),
        ({"http": {"behaviors": [{"path": "/a/*", "functions": {}}]}}, {}),
    ],
    ids=["empty", "empty in http", "with a default", "unlisted behavior"],
)
def test_fields_that_change_or_have_another_notice_are_not_listed(old: Any, new: Any) -> None:
    """An empty value removes, a default is enforced, and an unlisted behavior has a notice of its own."""
    assert no_longer_managed(spec(**old), spec(**new)) is None


@pytest.mark.parametrize("live", [True, False])
def test_a_plan_since_a_revision_has_the_notice(monkeypatch: pytest.MonkeyPatch, live: bool) -> None:
    """Only a stack with a distribution has it, and only if the spec at the revision is known."""
    own = stack("version: 1\nname: lectures\nbucket: media\ntrusted_signers: [self]\n")
    planned = replace(STILL, spec=own.path, live=STILL.live if live else LiveSummary())
    monkeypatch.setattr(former_specs, "_at", lambda *_: {"lectures": spec(name="lectures", comment="x")})
    (found,) = former_specs.with_former(plan(planned), [own], "main").stacks
    text = 'AWS keeps what is no longer in the spec since main: comment: "x"'
    assert [each.text for each in found.notices] == [text] * live
    assert former_specs.with_former(plan(planned), [own], None) == plan(planned)
