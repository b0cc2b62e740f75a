"""Whole plans as text, at 80 columns and at 40, with colours and without."""

from dataclasses import replace

import pytest

from cfstream.planning import Plan
from cfstream.render.hazards import Allowed
from cfstream.render.text import plan_text
from cfstream.render.verbs import summary_line
from cfstream.steps.hazards import HazardName
from cfstream.steps.step import Stage
from cfstream.values import Verb
from tests.unit.render.plans import BROKEN, CHANGED, DISTRIBUTION, NEW, OPENED, STILL, ShownStep, plan


def with_id(text: str, of: Plan) -> str:
    """Return the text with the plan's id, which is the start of its fingerprint, instead of the @ signs."""
    return text.replace("@@@@@@@@", of.fingerprint.removeprefix("sha256:")[:8])


CREATED_AT_80 = """\
lectures                                                     specs/lectures.yaml
  no distribution yet

  + create  origin-access-control:lectures                 specs/lectures.yaml:8
            sign CloudFront's requests to the bucket
      + oac  "cfstream-lectures"

  + create  distribution:lectures                          specs/lectures.yaml:3
            deliver the media to viewers
      + comment             "Private lectures"
      + enabled             true
      + cnames              "media.example.com", "www.example.com"
      + oac                 (known after create origin-access-control:lectures)
      + tags.cfstream:name  "lectures"
      + tags.team           "media"

  > grant   bucket-policy:lectures                         specs/lectures.yaml:6
            allow the distribution to read objects

  . wait    distribution:lectures
            until Deployed, 30 minutes at most

  Who can read
    before  nobody
    after   signers: key group lectures-signers

plan @@@@@@@@  account 123456789012
Plan: 2 to create, 0 to modify, 1 to grant, 1 to wait, 0 to delete.
"""


def test_a_new_stack_shows_its_steps_their_reasons_and_who_can_read() -> None:
    """Each step has sign, verb, address, place, reason and fields. The sum comes last."""
    assert plan_text(plan(NEW), color=False, width=80) == with_id(CREATED_AT_80, plan(NEW))


CREATED_AT_40 = """\
lectures             specs/lectures.yaml
  no distribution yet

  + create
    origin-access-control:lectures
                         lectures.yaml:8
    sign CloudFront's requests to the
    bucket
      + oac  "cfstream-lectures"

  + create  distribution:lectures
                         lectures.yaml:3
    deliver the media to viewers
      + comment       "Private lectures"
      + enabled       true
      + cnames
          "media.example.com",
          "www.example.com"
      + oac
         (known after create
         origin-access-control:lectures)
      + tags.cfstream:name  "lectures"
      + tags.team     "media"

  > grant   bucket-policy:lectures
                         lectures.yaml:6
    allow the distribution to read
    objects

  . wait    distribution:lectures
    until Deployed, 30 minutes at most

  Who can read
    before  nobody
    after   signers: key group
            lectures-signers

plan @@@@@@@@  account 123456789012
Plan: 2 to create, 0 to modify,
  1 to grant, 1 to wait, 0 to delete.
"""


def test_forty_columns_are_enough_to_read_a_plan() -> None:
    """On a narrow terminal, values go below their names, and ids and places are never cut."""
    assert plan_text(plan(NEW), color=False, width=40) == with_id(CREATED_AT_40, plan(NEW))


CHANGED_AT_80 = """\
lectures                                                     specs/lectures.yaml
  E1UGDLB9XZBD79  d111111abcdef8.cloudfront.net  Deployed  etag E2QWRUHAPOMQZL

  ~ modify  distribution:lectures                          specs/lectures.yaml:5
            3 fields differ (etag E2QWRUHAPOMQZL)
      ~ comment                            "old" -> "new"
      ~ cnames                             + "b.example.com" - "a.example.com"
                                           (1 kept)
      ~ http.behaviors[/posters/*].public  false -> true
      - logging.bucket                     "my-logs"
      - logging.prefix                     "cf/"

  Who can read
    before  signers: account 111122223333
    after   signers: key group lectures-signers

  note: 7 CNAMEs of 100
  warning: anyone may read clips/*: a public statement of the bucket policy
  ! cuts-viewers (modify distribution:lectures)            specs/lectures.yaml:5
    a.example.com will not be answered any more
    if intended, run: cfstream apply specs/lectures.yaml --allow cuts-viewers

plan @@@@@@@@  account 123456789012
1 hazard, see above.
Plan: 0 to create, 1 to modify, 0 to grant, 0 to delete.
"""


def test_a_change_shows_before_and_after_the_etag_and_the_hazard() -> None:
    """A hazard is near the end, with the flag that allows it."""
    assert plan_text(plan(CHANGED), color=False, width=80) == with_id(CHANGED_AT_80, plan(CHANGED))


LEFT_OUT = """\
clips                                                           specs/clips.yaml
  no distribution yet

  clips will not be applied until the problem below is fixed

error: bucket clips-media is not there
  specs/clips.yaml:6:9
    6 | bucket: clips-media
      |         ^
  fix: make it, or write create: true

No changes. lectures is as its spec says.
Plan: 0 to create, 0 to modify, 0 to grant, 0 to delete.
1 problem: clips will not be applied.
"""


def test_a_problem_has_its_place_and_its_stack_is_left_out() -> None:
    """A stack in sync beside one with a problem has one line."""
    assert plan_text(plan(BROKEN, STILL), color=False, width=80) == LEFT_OUT


def test_colours_are_those_of_terraform_and_change_no_character() -> None:
    """Green creates, yellow modifies, red deletes. A coloured plan without its codes is the plain one."""
    colored = plan_text(plan(NEW, replace(CHANGED, name="second")), color=True, width=80)
    plain = plan_text(plan(NEW, replace(CHANGED, name="second")), color=False, width=80)
    assert "\x1b[32m  + create \x1b[0m" in colored
    assert "\x1b[33m  ~ modify \x1b[0m" in colored
    assert '\x1b[31m- "a.example.com"\x1b[0m' in colored
    for code in ("0", "1", "2", "31", "32", "33", "36", "1;31", "1;32"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == plain


def test_without_changes_one_line_a_stack_is_all() -> None:
    """A plan with nothing to do names its specs."""
    both = plan(STILL, replace(STILL, name="clips"))
    assert plan_text(both, color=False, width=80) == (
        "No changes. lectures is as its spec says.\nNo changes. clips is as its spec says.\n"
    )


def test_a_long_path_appears_once_and_its_file_name_at_each_step() -> None:
    """If one step has no room for the path, all steps only have the file name."""
    deep = "specs/" + "a" * 30 + "/lectures.yaml"
    lines = plan_text(plan(replace(NEW, spec=deep)), color=False, width=80).splitlines()
    assert lines[0].endswith(deep)
    assert [line.split()[-1] for line in lines if line.startswith(("  +", "  >"))] == [
        "lectures.yaml:8",
        "lectures.yaml:3",
        "lectures.yaml:6",
    ]


def test_protection_is_named_where_a_flag_would_not_help() -> None:
    """The plan of a protected stack does not suggest --allow for a deletion."""
    step = CHANGED.steps[0]
    deletes = replace(step, hazards=(replace(step.hazards[0], name=HazardName.DELETES),))
    text = plan_text(plan(replace(CHANGED, protect=True, steps=(deletes,))), color=False, width=80)
    assert "apply refuses this while the spec says protect: true" in text
    assert "--allow" not in text


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ({}, "Plan: 0 to create, 0 to modify, 0 to grant, 0 to delete."),
        (
            {Verb.CREATE: 2, Verb.MODIFY: 1, Verb.GRANT: 1},
            "Plan: 2 to create, 1 to modify, 1 to grant, 0 to delete.",
        ),
        (
            {Verb.REVOKE: 1, Verb.WAIT: 2, Verb.DISABLE: 1, Verb.DELETE: 3},
            "Plan: 0 to create, 0 to modify, 0 to grant, 1 to revoke, 2 to wait, 1 to disable, 3 to delete.",
        ),
    ],
)
def test_the_sum_names_four_verbs_always_and_the_others_when_they_occur(
    counts: dict[Verb, int], line: str
) -> None:
    """Scripts find the four verbs of the contract in every sum."""
    assert summary_line({verb: counts.get(verb, 0) for verb in Verb}) == line


def test_readers_of_an_open_stack_without_changes_are_shown() -> None:
    """Apply does nothing, but the user must act. The command is whole on its line."""
    text = plan_text(plan(OPENED), color=False, width=40)
    assert "  Who can read\n    as before  anyone: bucket policy\n" in text
    assert "    fix: remove that statement:\n      aws s3api put --bucket media\n" in text
    last = "No changes. lectures is as its spec says, but has 1 opening: see above."
    assert " ".join(text.split()).endswith(
        f"plan does not fail because of an opening; cfstream verify does (exit 7). {last}"
    )


@pytest.mark.parametrize("brief", [False, True])
def test_a_plan_that_apply_shows_says_nothing_about_plan(*, brief: bool) -> None:
    """Apply exits with 7 for an opening, so what plan does is not true for this run."""
    text = plan_text(plan(OPENED), color=False, width=100, brief=brief, allowed=Allowed(applying=True))
    assert "plan does not fail" not in text
    assert "has 1 opening: see above." in text


@pytest.mark.parametrize("brief", [False, True])
def test_the_last_line_of_a_fleet_counts_openings(*, brief: bool) -> None:
    """Nothing changes, and the reader must still act."""
    fleet = plan(OPENED, replace(STILL, name="still"))
    text = plan_text(fleet, color=False, width=100, brief=brief)
    last = (
        "2 stacks are as their specs say, but have 1 opening: see above."
        if brief
        else "still is as its spec says."
    )
    text = " ".join(text.split())
    assert text.endswith(f"No changes. {last}")
    assert "plan does not fail because of an opening; cfstream verify does (exit 7)." in text


@pytest.mark.parametrize("width", [40, 60])
def test_no_line_of_words_is_wider_than_a_narrow_page(width: int) -> None:
    """The sum and the verdict break between words. Only a name that is too wide by itself is wider."""
    text = plan_text(
        plan(NEW, replace(STILL, name="a-name-of-thirty-two-characters-x")), color=False, width=width
    )
    wide = [line for line in text.splitlines() if len(line) > width and len(line.split()) > 1]
    assert [line for line in wide if line.lstrip()[0] not in "+>."] == []
    assert " ".join(text.split()).endswith(
        "Plan: 2 to create, 0 to modify, 1 to grant, 1 to wait, 0 to delete."
    )


def test_a_brief_plan_has_one_line_a_stack_and_its_hazards_in_full() -> None:
    """With the sum as its last line, as in the whole plan."""
    brief = plan_text(plan(NEW, CHANGED, STILL), color=False, width=80, brief=True).splitlines()
    heads = [line for line in brief if line.startswith(("lectures", "clips")) and line.endswith(".yaml")]
    assert len(heads) == 3
    assert any(line.startswith("  ! cuts-viewers") for line in brief)
    assert brief[-1].startswith("Plan: ")
    assert not any("->" in line for line in brief)
    assert not any(line.startswith("No changes.") for line in brief)


def test_a_brief_plan_without_changes_says_so_once() -> None:
    """One stack has the line of the whole plan. Several have a line each, and one for all."""
    alone = plan_text(plan(STILL), color=False, width=80, brief=True)
    assert alone == "No changes. lectures is as its spec says.\n"
    both = plan_text(plan(STILL, replace(STILL, name="clips")), color=False, width=80, brief=True)
    assert both.splitlines()[-1] == "No changes. 2 stacks are as their specs say."
    assert both.count("no changes") == 2


def test_an_allowed_hazard_is_shown_without_the_flag_that_allows_it() -> None:
    """It needs no advice any more."""
    text = plan_text(plan(CHANGED), color=False, width=80, allowed=Allowed({"cuts-viewers"}))
    assert "! cuts-viewers, allowed (" in text
    assert "--allow" not in text


def test_the_advice_allows_every_hazard_of_a_stack() -> None:
    """Also one that this run allows: the advised command is a whole one. A run that asks nothing advises at its end."""
    text = plan_text(plan(CHANGED), color=False, width=80, allowed=Allowed({"deletes"}))
    assert "cfstream apply specs/lectures.yaml --allow cuts-viewers --allow deletes\n" in text
    assert "--allow" not in plan_text(plan(CHANGED), color=False, width=80, allowed=Allowed(advises=False))


def every_verb(number: int) -> Plan:
    """Return a plan with so many steps of every verb, in one stack."""
    kinds = [type(f"Shown{verb}", (ShownStep,), {"verb": verb}) for verb in Verb]
    steps = tuple(
        kind(address=DISTRIBUTION, stage=Stage.SWITCH, because="x") for kind in kinds for _ in range(number)
    )
    return plan(replace(NEW, steps=steps))


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (
            80,
            [
                "Plan: 12 to create, 12 to adopt, 12 to modify, 12 to grant, 12 to revoke,",
                "  12 to wait, 12 to disable, 12 to delete.",
            ],
        ),
        (
            40,
            [
                "Plan: 12 to create, 12 to adopt,",
                "  12 to modify, 12 to grant,",
                "  12 to revoke, 12 to wait,",
                "  12 to disable, 12 to delete.",
            ],
        ),
        (
            120,
            [
                "Plan: 12 to create, 12 to adopt, 12 to modify, 12 to grant, 12 to revoke, 12 to wait, 12 to disable,",
                "  12 to delete.",
            ],
        ),
    ],
)
def test_a_long_sum_breaks_between_its_parts_on_a_terminal(width: int, lines: list[str]) -> None:
    """A terminal would break it inside a word. Without one it is a single line, which scripts read."""
    shown = plan_text(every_verb(12), color=False, width=width, terminal=True)
    assert shown.splitlines()[-len(lines) :] == lines
    if width >= 80:
        assert plan_text(every_verb(12), color=False, width=width).splitlines()[-1] == " ".join(
            line.strip() for line in lines
        )
