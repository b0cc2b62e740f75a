"""A plan that was saved, to be checked against what is live later."""

import json
from pathlib import Path

from cfstream.planning import Plan
from cfstream.planning.saved import check_saved
from cfstream.render.json import saved_document
from cfstream.spec.load import load
from cfstream.workflow import make_plan
from tests.world.account import SandboxAccount
from tests.world.specs import Json


class Saved:
    """A plan as a file contains it, and the specs that it was made from."""

    def __init__(self, account: SandboxAccount, *documents: Json) -> None:
        self.account = account
        self.paths = []
        for document in documents:
            path = account.folder / f"saved-{document['name']}.yaml"
            path.write_text(json.dumps(document))
            self.paths.append(str(path))
        self.document: Json = json.loads(json.dumps(saved_document(self.again(), self.paths, ".")))

    @property
    def path(self) -> Path:
        """The first spec."""
        return Path(self.paths[0])

    def again(self) -> Plan:
        """Return the plan of the same specs now."""
        return make_plan(load(self.paths), self.account.world)

    def check(self) -> None:
        """Return if the saved plan is valid. Raises Mismatch if not."""
        check_saved(self.document, self.again(), "plan again")
