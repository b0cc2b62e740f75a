"""The two kinds of distribution, and their names in the API."""

from enum import StrEnum
from typing import Self

from cfstream.ports import Call
from cfstream.values import Known


class Delivery(StrEnum):
    """How a distribution delivers. The value is the spelling in specs."""

    HTTP = "http"
    RTMP = "rtmp"

    @property
    def kind(self) -> str:
        """The kind in addresses: ``distribution`` or ``streaming-distribution``."""
        return "distribution" if self is Delivery.HTTP else "streaming-distribution"

    @property
    def words(self) -> str:
        """The kind in text: ``distribution`` or ``streaming distribution``."""
        return self.kind.replace("-", " ")

    @property
    def resource(self) -> str:
        """The top-level member of AWS's replies: ``Distribution`` or ``StreamingDistribution``."""
        return "Distribution" if self is Delivery.HTTP else "StreamingDistribution"

    @property
    def document(self) -> str:
        """The member that holds the configuration."""
        return f"{self.resource}Config"

    @property
    def operation_noun(self) -> str:
        """The noun in boto3's operation names: ``distribution`` or ``streaming_distribution``."""
        return self.kind.replace("-", "_")

    @classmethod
    def of_kind(cls, kind: str) -> Self:
        """Return the delivery for the kind in an address. Raises KeyError for any other kind."""
        return {each.kind: each for each in cls}[kind]

    def get(self, distribution_id: Known) -> Call:
        """Return the call that reads a distribution with its status."""
        return Call("cloudfront", f"get_{self.operation_noun}", {"Id": distribution_id})

    def get_config(self, distribution_id: Known) -> Call:
        """Return the call that reads only a distribution's configuration."""
        return Call("cloudfront", f"get_{self.operation_noun}_config", {"Id": distribution_id})

    @property
    def listing(self) -> Call:
        """Return the call that lists all distributions of this delivery."""
        return Call("cloudfront", f"list_{self.operation_noun}s")
