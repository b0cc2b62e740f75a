"""What a step on a distribution changes in the model that `access` judges. Pure."""

from dataclasses import replace

from cfstream.access.model import AccessModel
from cfstream.domain import Delivery, Distribution, distribution_from_config, document
from cfstream.domain.distribution import bucket_of
from cfstream.steps.create import Create
from cfstream.steps.delete import Delete
from cfstream.steps.disable import Disable
from cfstream.steps.modify import Modify
from cfstream.steps.step import Step
from cfstream.values import Json, Known, Ref


def after_distribution_step(model: AccessModel, step: Step, delivery: Delivery, stack: str) -> AccessModel:
    """Return the model after a step on a distribution. `stack` owns what it creates; empty for another stack."""
    match step:
        case Create():
            return _with_created(model, step, delivery, stack)
        case Modify() | Disable() | Delete():
            target = step.call.params["Id"]
            others = tuple(each for each in model.distributions if each.id != target)
            if isinstance(step, Delete):
                return replace(model, distributions=others)
            changed = _changed(model, target, delivery, step.call.params)
            return replace(model, distributions=(*others, changed))
    return model


def leads_to_bucket(step: Step, delivery: Delivery, bucket: str) -> bool:
    """Return whether a step writes a distribution that has an origin in the bucket."""
    if not isinstance(step, Create | Modify):
        return False
    config = _created(step, delivery) if isinstance(step, Create) else step.call.params[delivery.document]
    return any(bucket_of(each["DomainName"]) == bucket for each in document.origins(config))


def _created(step: Create, delivery: Delivery) -> Json:
    config: Json = step.call.params[f"{delivery.document}WithTags"][delivery.document]
    return config


def _with_created(model: AccessModel, step: Create, delivery: Delivery, stack: str) -> AccessModel:
    created = distribution_from_config(delivery, Ref(step.id), Ref(step.id, "arn"), _created(step, delivery))
    return replace(
        model,
        distributions=(*model.distributions, created),
        stacks={**model.stacks, created.id: step.address.stack},
        own=created.id if stack else model.own,
    )


def _changed(model: AccessModel, target: Known, delivery: Delivery, params: Json) -> Distribution:
    before = next((each for each in model.distributions if each.id == target), None)
    arn: Known = before.arn if before else ""
    return distribution_from_config(delivery, target, arn, params[delivery.document])
