"""The step that disables a distribution: no edge answers for it once that is deployed."""

from typing import ClassVar

from cfstream.startup.frozen import dataclass
from cfstream.steps.modify import Modify
from cfstream.values import Verb


@dataclass(frozen=True, kw_only=True)
class Disable(Modify):
    """Sends the config back with ``Enabled`` off and all else as it was read, under its ETag.

    CloudFront does not delete a distribution before that (DistributionNotDisabled).
    """

    verb: ClassVar[Verb] = Verb.DISABLE
