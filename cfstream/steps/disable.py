"""The step that takes a distribution out of service: it answers nobody once that is in force at every edge."""

from dataclasses import dataclass
from typing import ClassVar

from cfstream.steps.modify import Modify
from cfstream.values import Verb


@dataclass(frozen=True, kw_only=True)
class Disable(Modify):
    """Sends the config back with ``Enabled`` off and all else as it was read, under its ETag.

    CloudFront deletes no distribution before that (DistributionNotDisabled).
    """

    verb: ClassVar[Verb] = Verb.DISABLE
