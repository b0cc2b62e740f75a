"""The steps that change a distribution and its tags at once, and the first change of an adopted one."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar

from cfstream.startup.frozen import dataclass
from cfstream.steps.modify import Modify
from cfstream.steps.step import StepContext
from cfstream.steps.tags import ChangeTags
from cfstream.values import Verb


@dataclass(frozen=True, kw_only=True)
class ModifyWithTags(Modify):
    """Updates a configuration and then the tags.

    The update goes first: it has an ETag, so a distribution that changed since the plan is refused before anything is
    written. After a crash between the two, the next plan writes the spec's tags, and the next change of an adopted
    distribution gives it the stack's name.
    """

    tags: ChangeTags

    def asks(self) -> Any:
        return {**super().asks(), **self.tags.asks()}

    def perform(self, context: StepContext) -> Mapping[str, str]:
        """Write both, and return the new ETag as output ``etag``. Raises Stale if either changed since the plan."""
        brought = super().perform(context)
        self.tags.perform(context)
        return brought


@dataclass(frozen=True, kw_only=True)
class Adopt(ModifyWithTags):
    """The first update of a distribution that was made elsewhere. With it, the distribution gets the stack's name."""

    verb: ClassVar[Verb] = Verb.ADOPT


@dataclass(frozen=True, kw_only=True)
class AdoptTags(ChangeTags):
    """The first change of a distribution that was made elsewhere, if only tags differ."""

    verb: ClassVar[Verb] = Verb.ADOPT


def with_tags(modify: Modify, tags: ChangeTags) -> ModifyWithTags:
    """Return one step that does both; an adoption if `tags` is one."""
    kind_of_step = Adopt if isinstance(tags, AdoptTags) else ModifyWithTags
    inherited = {field.name: getattr(modify, field.name) for field in fields(modify)}
    changes = (*modify.changes, *tags.changes)
    return kind_of_step(**{**inherited, "changes": changes}, tags=tags)
