"""The recipes of CONTRIBUTING are diffs of real changes, and stay true."""

import re
from pathlib import Path

import pytest

from tests.docs.page import ROOT, Block, parts
from tests.docs.recipe import hunks, outdated

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPES = [part for part in parts(PAGE) if isinstance(part, Block) and part.language == "diff"]

DIFF = """\
--- a/one.py
+++ b/one.py
@@
 first
+second
-gone
@@
+fourth
--- /dev/null
+++ b/two.py
@@
+alone
"""


@pytest.mark.parametrize("title", ["Add a field under `http`", "Add a hazard", "Add a kind"])
def test_there_is_a_recipe_for_each_usual_task(title: str) -> None:
    """Each has its steps and a diff."""
    _, _, recipe = PAGE.partition(f"\n### {title}\n")
    assert re.match(r".+\n1\. .+```diff\n", recipe.partition("\n### ")[0], re.DOTALL)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda block: f"line {block.line}")
def test_the_lines_that_a_recipe_adds_exist(recipe: Block) -> None:
    """Each hunk of a recipe is in the file that it names, line by line."""
    assert outdated(recipe.text, ROOT) == []


def test_a_recipe_that_is_not_true_any_more_is_found(tmp_path: Path) -> None:
    """A changed line, a line between two others, and a file that does not exist make a hunk outdated."""
    (tmp_path / "one.py").write_text("zeroth\nfirst\nsecond\nthird\nfourth\n", encoding="utf-8")
    (tmp_path / "two.py").write_text("alone\n", encoding="utf-8")
    assert [(hunk.file, hunk.lines) for hunk in hunks(DIFF)] == [
        ("one.py", ("first", "second")),
        ("one.py", ("fourth",)),
        ("two.py", ("alone",)),
    ]
    assert outdated(DIFF, tmp_path) == []
    (tmp_path / "one.py").write_text("first\nbetween\nsecond\nfourth or fifth\n", encoding="utf-8")
    (tmp_path / "two.py").unlink()
    assert outdated(DIFF, tmp_path) == ["one.py: first", "one.py: fourth", "two.py: alone"]


@pytest.mark.parametrize("diff", ["+lost\n", "+++ b/one.py\n@@\nnot a diff\n"])
def test_text_that_is_not_a_diff_is_refused(diff: str) -> None:
    """A hunk needs the name of its file, and every line a sign."""
    with pytest.raises(ValueError, match=r"hunk|diff"):
        list(hunks(diff))
