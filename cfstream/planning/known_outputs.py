"""Find the outputs of a stack that are known before any step runs. Pure."""

from typing import Any

from cfstream.kinds import KINDS
from cfstream.stack.proposal import Landscape
from cfstream.stack.scene import Scene


def outputs_of(scene: Scene, land: Landscape) -> dict[str, Any]:
    """Return the outputs of the contract that are known. An output that a step will bring is its Ref."""
    if scene.destroying:
        return {}
    return {name: value for kind in KINDS for name, value in kind.outputs(scene, land).items()}
