"""The sandbox's CloudFront as one object, with all its state.

It only combines the parts. It listens on no socket: a server calls `handle`.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from botocore import xform_name

from . import wire
from .distributions import Distributions
from .domains import Domains
from .functions import Functions
from .keys import KeyGroups, PublicKeys
from .origin_access import OriginAccessControls, OriginAccessIdentities
from .policies import Policies, add_managed_policies
from .records import Distribution, Identity, Json
from .refusal import CloudFrontError, service_model
from .settings import Settings
from .state import CloudFrontState
from .streaming import StreamingDistributions
from .tags import Tags


class CloudFront:
    """One account's CloudFront control plane, in memory.

    A pickle has everything except `bucket_exists` and `certificate`, which a server sets again. Requests from several
    threads are answered one at a time.
    """

    def __init__(self, account: str = "123456789012", settings: Settings | None = None) -> None:
        self._state = CloudFrontState(account, settings or Settings())
        add_managed_policies(self._state)
        self._open()

    def _open(self) -> None:
        state = self._state
        self._lock = threading.RLock()
        self._accepted: deque[float] = deque()
        self._operations: dict[str, Callable[[Json], Json]] = {}
        for part in (
            Distributions(state),
            StreamingDistributions(state),
            Domains(state),
            OriginAccessIdentities(state),
            OriginAccessControls(state),
            PublicKeys(state),
            KeyGroups(state),
            Functions(state),
            Tags(state),
        ):
            # A part's methods have boto3's names of the operations.
            offered = {
                name: getattr(part, xform_name(name), None) for name in service_model().operation_names
            }
            self._operations |= {name: method for name, method in offered.items() if method}
        for kind in state.policies:
            self._operations |= Policies(state, kind).operations()

    def __getstate__(self) -> CloudFrontState:
        with self._lock:
            return self._state

    def __setstate__(self, state: CloudFrontState) -> None:
        self._state = state
        self._open()

    def handle(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> wire.Response:
        """Answer one request: status, headers, body.

        `path` starts with /2020-05-31/, and `query` has no question mark. Refusals are answers too, in CloudFront's
        ErrorResponse. An operation that the sandbox does not have gives UnsupportedOperation (400).
        """
        try:
            operation, params = wire.parse(method, path, query, headers, body)
            perform = self._operations.get(operation.name)
            if perform is None:
                raise CloudFrontError(
                    "UnsupportedOperation", f"The sandbox's CloudFront does not have {operation.name}."
                )
            with self._lock:
                self._throttle()
                return wire.answer(operation, perform(params))
        except CloudFrontError as refused:
            return wire.refusal(refused)

    def _throttle(self) -> None:
        """Raise CloudFrontError if this second has had all of its calls (code and message: AWS's, with status 400)."""
        limit, now = self._state.settings.requests_per_second, monotonic()
        while self._accepted and self._accepted[0] <= now - 1:
            self._accepted.popleft()
        if limit and len(self._accepted) >= limit:
            raise CloudFrontError("Throttling", "Rate exceeded")
        self._accepted.append(now)

    @property
    def settings(self) -> Settings:
        """The settings. Change its fields, or assign another object."""
        return self._state.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        vars(self._state.settings).update(vars(settings))

    @property
    def account(self) -> str:
        """The account number of 12 digits."""
        return self._state.account

    @property
    def bucket_exists(self) -> Callable[[str], bool] | None:
        """Returns whether a bucket with this name exists. None: every bucket exists."""
        return self._state.bucket_exists

    @bucket_exists.setter
    def bucket_exists(self, ask: Callable[[str], bool] | None) -> None:
        self._state.bucket_exists = ask

    @property
    def certificate(self) -> Callable[[str], Mapping[str, Any] | None] | None:
        """Returns ACM's description of the certificate with this ARN. None: every certificate in us-east-1 is valid."""
        return self._state.certificate

    @certificate.setter
    def certificate(self, ask: Callable[[str], Mapping[str, Any] | None] | None) -> None:
        self._state.certificate = ask

    @property
    def state(self) -> CloudFrontState:
        """The live state, for the edge to read. Do not change it."""
        return self._state

    def distributions(self) -> tuple[Distribution, ...]:
        """The live distributions of both kinds, not copies."""
        return tuple(self._state.both_kinds())

    def origin_access_identities(self) -> tuple[Identity, ...]:
        """The live origin access identities, not copies."""
        return tuple(self._state.identities)

    def identity_by_canonical_user(self, canonical_user: str) -> Identity | None:
        """Return the origin access identity with this canonical user id in S3, or None."""
        return next(
            (found for found in self._state.identities if found.canonical_user == canonical_user), None
        )
