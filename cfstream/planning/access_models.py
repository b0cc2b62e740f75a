"""Build models that `access` can judge: what is live, and what a plan leaves. Pure.

Each kind adds what it observed, and knows what its steps change.
"""

from collections.abc import Iterable

from cfstream.access.model import AccessModel
from cfstream.domain import BucketState
from cfstream.kinds import KINDS
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import KindResults
from cfstream.steps.step import Step

BY_NAME = {kind.name: kind for kind in KINDS}


def live_model(context: StackContext, results: KindResults) -> AccessModel:
    """Return the stack's bucket and all that leads to it, as the kinds have observed them."""
    bucket = BucketState(context.stack.spec.bucket.name, context.partition)
    model = AccessModel(context.account, bucket, context.partition)
    for kind in KINDS:
        if kind.name in results.live:
            model = kind.add_to_model(context, results.live[kind.name], model)
    return model


def former_model(context: StackContext, results: KindResults, live: AccessModel) -> AccessModel | None:
    """Return the model around the bucket that the distribution reads now, if the spec names another one."""
    models = (kind.former_model(context, results.live[kind.name], live) for kind in KINDS)
    return next((model for model in models if model is not None), None)


def projected(model: AccessModel, step: Step, stack: str = "") -> AccessModel:
    """Return the model as it is once a step is done. `stack` owns what the step creates; empty for another stack."""
    kind = BY_NAME.get(step.address.kind)
    return kind.after_step(model, step, stack) if kind else model


def projected_all(model: AccessModel, steps: Iterable[Step], stack: str = "") -> AccessModel:
    """Return the model as it is once all steps are done, in their order."""
    for step in steps:
        model = projected(model, step, stack)
    return model
