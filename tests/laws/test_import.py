"""Laws of import for every config of botocore's model: the plan of its spec is empty, and a change is one field."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.adoption.account import Account
from cfstream.adoption.description import Description, describe
from cfstream.adoption.planned import PlannedDescription, closest, read
from cfstream.adoption.text import spec_text
from cfstream.domain import Delivery, LiveDistribution
from cfstream.kinds.distribution import DistributionKind
from cfstream.kinds.distribution.configuration import ObservedDistribution
from cfstream.kinds.streaming_distribution import ObservedStreaming, StreamingDistributionKind
from cfstream.planning import StackPlan
from cfstream.spec.load import Stack
from cfstream.stack.context import StackContext
from cfstream.stack.owned import ListedResource
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.steps.modify import Modify
from cfstream.values import Account as Number
from cfstream.values import Address
from tests.laws.wire import ACCOUNT, FUNCTIONS, GROUPS, Json, fields, fields_in, http_config, rtmp_config
from tests.thorough import examples
from tests.world.distributions import shown

NAMES = dict(zip(GROUPS, ("viewers", "name with spaces", "partners"), strict=True))
RESOURCES = {id_: ListedResource(id_, "key group", name, None) for id_, name in NAMES.items()}
SEEDS = st.integers(0, 10**9)


def live(config: Json) -> LiveDistribution:
    """Return a distribution with this config, as CloudFront shows it."""
    return shown(config, {"team": "media"}, "E1ADOPTED")


def imported(config: Json) -> PlannedDescription:
    """Return what import makes of it."""

    def judge(stack: Stack) -> StackPlan:
        found = proposed(stack, config)
        return StackPlan("lectures", "-", "", problems=found.problems, steps=found.steps)

    return closest(describe(live(config), Account(ACCOUNT, resources=RESOURCES), "lectures"), (), judge)


def proposed(stack: Stack, config: Json) -> Proposal:
    """Return the proposal of the distribution's kind for that spec."""
    context = StackContext(stack, Number(ACCOUNT))
    groups = {(name if " " not in name else id_): id_ for id_, name in NAMES.items()}
    brought = {
        Address("bucket", "lectures"): {"region": "us-east-1"},
        Address("origin-access-control", "lectures"): {"id": "E2CONTROL"},
        Address("origin-access-identity", "lectures"): {"id": "E3IDENTITY", "canonical_user": "c"},
        **{Address("key-group", "lectures", called): {"id": id_} for called, id_ in groups.items()},
        **{Address("function", "lectures", arn.rpartition("/")[2]): {"id": arn} for arn in FUNCTIONS},
    }
    found, results = live(config), KindResults(brought=brought)
    if found.delivery is Delivery.HTTP:
        kind = DistributionKind()
        return kind.propose(
            context, kind.desire(context), ObservedDistribution(found, group_names=NAMES), results
        )
    streaming = StreamingDistributionKind()
    return streaming.propose(context, streaming.desire(context), ObservedStreaming(found), results)


def updated_config(description: Description, config: Json) -> Any:
    """Return the config that the only update of the plan would send."""
    stack = read(spec_text(description.values, description.remarks))
    (update,) = [step for step in proposed(stack, config).steps if isinstance(step, Modify)]
    return update.call.params[update.document]


def check(config: Json) -> None:
    """Check the laws for one config."""
    before = json.dumps(config)
    found = imported(config)
    assert found.pending == ()
    other = found.description.having("comment", "another one")
    assert updated_config(other, config) == {**config, "Comment": "another one"}
    assert json.dumps(config) == before


@settings(max_examples=examples(100))
@given(seed=SEEDS)
def test_the_plan_of_an_imported_distribution_is_empty_and_a_change_changes_one_field(seed: int) -> None:
    """Of a hundred configs with any of the fields of the model: nothing to do, and then the comment alone."""
    check(http_config(seed))


@settings(max_examples=examples(60))
@given(seed=SEEDS)
def test_streaming_distributions_have_the_same_laws(seed: int) -> None:
    """The other API has fewer fields."""
    check(rtmp_config(seed))


@settings(max_examples=examples(20))
@given(seed=SEEDS)
def test_every_field_of_the_model_survives(seed: int) -> None:
    """A config with every field of botocore's model passes through import, plan and update unchanged."""
    http, rtmp = http_config(seed, whole=True), rtmp_config(seed, whole=True)
    unlike = {name for name in fields("DistributionConfig") if name.startswith(".ViewerCertificate")}
    optional = {
        name
        for name in fields("DistributionConfig")
        if (".Trusted" in name and name.endswith(".Items")) or ".FunctionAssociations.Items" in name
    }
    assert fields("DistributionConfig") - unlike - optional - fields_in(http) <= {
        ".Aliases.Items",
        ".CacheBehaviors.Items[].PathPattern",
    }
    check(http)
    check(rtmp)


@settings(max_examples=examples(40))
@given(seed=SEEDS)
def test_no_two_imports_of_one_config_differ(seed: int) -> None:
    """The text is the same for any order of unordered lists."""
    config = http_config(seed)
    turned = {**config, "Aliases": _turned(config["Aliases"])}
    default = config["DefaultCacheBehavior"]
    turned["DefaultCacheBehavior"] = {**default, "TrustedKeyGroups": _turned(default["TrustedKeyGroups"])}
    assert imported(turned).description == imported(config).description


def _turned(listing: Json) -> Json:
    return {**listing, **({"Items": listing["Items"][::-1]} if "Items" in listing else {})}
