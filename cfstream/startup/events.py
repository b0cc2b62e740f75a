"""botocore's events, without what only other programs need: checks of handlers, and old names of services."""

from typing import Any

from botocore.hooks import HierarchicalEmitter
from botocore.session import Session


class UncheckedEvents(HierarchicalEmitter):  # type: ignore[misc, unused-ignore]
    """Registers handlers without looking at their parameters, which takes longer than to call them."""

    def _verify_accept_kwargs(self, func: Any) -> None:
        pass


class PlainSession(Session):  # type: ignore[misc, unused-ignore]
    """A session without the 60 old names of services that botocore looks for in the name of each event."""

    @property
    def _events(self) -> Any:
        # Another release of botocore may name it differently.
        return getattr(self, "_original_handler", self._with_old_names)

    @_events.setter
    def _events(self, events: Any) -> None:
        self._with_old_names = events
