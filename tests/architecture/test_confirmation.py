"""Commands that ask before they write."""

import re
from pathlib import Path

COMMANDS = Path(__file__).parents[2] / "cfstream" / "cli" / "commands"


def test_each_command_that_asks_refuses_without_a_terminal() -> None:
    """Only `confirming` decides whether somebody can answer. `init` asks nothing without a terminal."""
    for module in COMMANDS.glob("*.py"):
        text = module.read_text()
        assert "stdin.isatty" not in text or module.name in ("init.py",), module.name
        asks = bool(re.search(r"stdin\.readline|is_confirmed\(", text))
        refuses = "is_confirmed(" in text or "refuse_without_terminal(" in text
        assert not asks or refuses, module.name
        assert not asks or "yes: Yes" in text, (
            f"{module.name} does not say that --yes is needed without a terminal"
        )
