"""The choice of the fast way to change many ACLs. It imports nothing of it before it is needed."""

from typing import TYPE_CHECKING

from cfstream.installation import has_extra, install_command
from cfstream.ports import AclWork, BulkAcls

if TYPE_CHECKING:
    from cfstream.aws.sessions import Clients


class FastWay:
    """Returns `fast.engine` if awscrt is installed and can reach the bucket. A function, like `ports.World.bulk`."""

    def __init__(self, clients: "Clients") -> None:
        self._clients = clients
        self._has_said = False

    def __call__(self, work: AclWork) -> BulkAcls | None:
        if not has_extra("fast"):
            self._slower(f"awscrt is not installed. fix: {install_command('fast')}")
            return None
        from cfstream.aws.fast.endpoint import BucketAccess
        from cfstream.aws.fast.engine import FastAcls

        access = BucketAccess(self._clients, work)
        if access.behind_proxy:
            self._slower("the fast way cannot use a proxy")
            return None
        return FastAcls(access)

    def _slower(self, why: str) -> None:
        if not self._has_said:
            self._has_said = True
            import logging

            logging.getLogger("cfstream").warning("object grants are slower: %s", why)
