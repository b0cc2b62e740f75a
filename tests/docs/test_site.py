"""The manual as a site: it builds without broken links and loads nothing from other hosts."""

import re
from pathlib import Path

from ruamel.yaml import YAML

from cfstream.cli.table import ENTRIES
from cfstream.errors import CfstreamError
from cfstream.render.errors import anchor
from cfstream.steps.hazards import HazardName
from handbook import finish, reference
from handbook.commands import page

ASKED = re.compile(r"""<(?:link|script|img|source)\b[^>]*(?:href|src)=["']?(https?://[^"' >]+)""")


def test_every_page_is_there(site: Path) -> None:
    """The site has each page of the manual."""
    written = [page.relative_to(site.parent / "docs") for page in (site.parent / "docs").rglob("*.md")]
    addresses = [page.with_suffix("") if page.stem != "index" else page.parent for page in written]
    assert [address for address in addresses if not (site / address / "index.html").is_file()] == []


def test_no_page_uses_another_host(site: Path) -> None:
    """Fonts, scripts and pictures come from the site, so no other host sees who reads the manual."""
    asked = {
        page.relative_to(site).as_posix(): found
        for page in site.rglob("*.html")
        if (found := ASKED.findall(page.read_text(encoding="utf-8")))
    }
    assert asked == {}


def test_every_kind_of_error_has_a_heading(site: Path) -> None:
    """The page of errors has the anchor of each kind, except those of a module's own."""
    page = (site / "reference" / "errors" / "index.html").read_text(encoding="utf-8")
    kinds = [kind for kind in reference.kinds_of(CfstreamError) if kind.__module__.startswith("cfstream.")]
    assert len(kinds) > 20
    public = [kind for kind in kinds if not kind.__name__.startswith("_")]
    assert [kind for kind in public if f'id="{anchor(kind)}"' not in page] == []


def test_every_hazard_has_a_heading(site: Path) -> None:
    """SARIF rules link to it."""
    page = (site / "reference" / "hazards" / "index.html").read_text(encoding="utf-8")
    assert [name for name in HazardName if f'id="{name}"' not in page] == []


def test_no_example_of_a_field_appears_twice() -> None:
    """An example of several fields appears at the first of them, and every section has an example."""
    text = "\n".join(reference.spec())
    examples = [
        YAML(typ="safe", pure=True).load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    ]
    assert [each for number, each in enumerate(examples) if each in examples[:number]] == []
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert [each.splitlines()[0] for each in sections if "```yaml" not in each] == []


def test_every_command_has_usage_options_and_an_example() -> None:
    """The page of commands has a section for each, and a row for each option, in place of its help."""
    text = "\n".join(page())
    sections = {
        section.splitlines()[0]: section
        for section in re.split(r"^###+ cfstream ", text, flags=re.MULTILINE)[1:]
    }
    assert {name.split()[0] for name in sections} == ENTRIES.keys()
    groups = {name.split()[0] for name in sections if " " in name}
    for name, section in sections.items():
        assert f"```text\ncfstream {name} " in section
        assert name in groups or "```console\n$ " in section, name
    assert "| <code>--only NAME&#124;GLOB</code> | Only stacks with this name." in sections["plan"]


def test_long_names_can_break() -> None:
    """After a slash, and before a dot or a bracket; short names, and blocks of code, stay as they are."""
    assert finish.page("<code>http.behaviors[/posters/*].public</code>") == (
        "<code>http<wbr>.behaviors<wbr>[/posters/<wbr>*]<wbr>.public</code>"
    )
    assert finish.page("<code>SPEC...&#124;PLANFILE</code>") == "<code>SPEC...&#124;<wbr>PLANFILE</code>"
    block = "<pre><span></span><code>cfstream apply --yes</code></pre>"
    named = "<code><span>http.behaviors[/posters/*]</span></code>"
    for unchanged in (
        "<code>http.behaviors</code>",
        named,
        block,
        "<code>externally-managed-environment</code>",
    ):
        assert finish.page(unchanged) == unchanged


def test_flags_do_not_break() -> None:
    """Short words with a hyphen, alone and in a command."""
    assert finish.page("<code>--out</code>") == '<code><span class="whole">--out</span></code>'
    assert finish.page("<code>plan --live FILE</code>") == (
        '<code>plan <span class="whole">--live</span> FILE</code>'
    )
