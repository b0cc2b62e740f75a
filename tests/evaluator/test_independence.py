"""The evaluator judges cfstream, and so shares no code with it."""

import ast
from pathlib import Path


def test_no_import_of_cfstream() -> None:
    """No module of this folder imports cfstream, or a test module that might; `tests.thorough` does not."""
    imported = set()
    here = Path(__file__).parent
    for file in (*here.glob("*.py"), here.parent / "thorough.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Import(names=names):
                    imported |= {name.name for name in names}
                case ast.ImportFrom(module=module):
                    imported.add(module or "")
    assert {name for name in imported if name.startswith(("cfstream", "tests."))} == {
        name for name in imported if name.startswith(("tests.evaluator", "tests.thorough"))
    }
