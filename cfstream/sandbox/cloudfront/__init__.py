"""An in-memory CloudFront that refuses what AWS refuses. `CloudFront` answers requests; `Settings` configures it."""

from .records import Distribution, Identity
from .service import CloudFront
from .settings import Settings

__all__ = ["CloudFront", "Distribution", "Identity", "Settings"]
