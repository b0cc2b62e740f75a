"""The figures of benchmarks: limits, files, charts and the page. Nothing is measured here."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import chart, page, results, table
from benchmarks.results import Figure, Point, Profile, Row, Section


def seconds(*values: float) -> Figure:
    """Return the figure of these runs."""
    return Figure.of("s", values)


RATE, HALF = Figure.of("/s", [100.0]), Figure.of("/s", [50.0])


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Row("a", "plan", seconds(1.2), "boto3", seconds(1.0), limit=1.3), True),
        (Row("a", "plan", seconds(1.4), "boto3", seconds(1.0), limit=1.3), False),
        (Row("a", "plan", seconds(1.4), limit=1.5), True),
        (Row("a", "plan", seconds(1.4), "boto3", seconds(1.0)), None),
        (Row("a", "grants", RATE, "s3cmd", HALF, limit=2.0), True),
        (Row("a", "grants", HALF, "s3cmd", RATE, limit=0.9), False),
        (Row("a", "grants", HALF, "s3cmd", RATE, limit=0.9, enough=50.0), True),
        (Row("a", "the server", None, "on a core", RATE), None),
    ],
)
def test_a_row_meets_its_limit(row: Row, met: bool | None) -> None:
    """A time may not exceed its limit, and a rate must reach it. The limit is for the ratio if there is one."""
    assert row.met is met
    assert results.row_of(json.loads(json.dumps(row.json() | {"measured": ""}))) == row


def test_a_line_shows_the_median_the_range_and_the_limit() -> None:
    """A single run has no range."""
    row = Row("a", "plan", seconds(1.0, 3.0, 2.0), "boto3", seconds(4.0), limit=1.3)
    assert table.line(row) == "| plan | 2 s (1–3) | boto3: 4 s | 0.500 | ≤ 1.30 | yes |"
    late = Row("b", "grants", HALF, "s3cmd", RATE, limit=0.9, enough=3_400.0)
    assert table.line(late) == "| grants | 50/s | s3cmd: 100/s | 0.500 | ≥ 0.900 or 3,400/s | **no** |"


def test_each_result_is_in_the_file_at_once(tmp_path: Path) -> None:
    """An interrupted run keeps the earlier results of what it has not reached; a complete one has only its own."""
    old = Section(tmp_path, "plans")
    old.add(Row("a", "plan", seconds(1.0)))
    old.add(Row("b", "calls", seconds(2.0)))
    section = Section(tmp_path, "plans")
    section.add(Row("a", "plan", seconds(3.0)))
    assert {name: row["ours"]["median"] for name, row in stored(tmp_path)["rows"].items()} == {
        "a": 3.0,
        "b": 2.0,
    }
    section.finish()
    assert list(stored(tmp_path)["rows"]) == ["a"]


def stored(folder: Path) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Return the section of the file."""
    found: dict[str, dict[str, dict[str, dict[str, float]]]] = results.read(folder)["plans"]
    return found


def test_a_page_has_the_charts_and_profiles_of_its_figures(tmp_path: Path) -> None:
    """A section without figures is left out."""
    section = Section(tmp_path / "benchmarks", "plans")
    section.add(Row("a", "plan", seconds(1.0)))
    for size in (1, 100, 1_000):
        section.add(Point("cold", size, {"seconds": size / 50, "calls": 4.0 * size, "MiB": 80.0}))
    Section(tmp_path / "benchmarks", "profile").add(
        Profile("p", "plan of 1 stack", {"importing": 300.0, "HTTP": 100.0})
    )
    page.write(tmp_path)
    text = (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert "| plan | 1 s |" in text
    assert "| importing | 300 ms (75%) |" in text
    assert "## Validate" not in text
    drawn = sorted(file.name for file in (tmp_path / "benchmarks").glob("*.svg"))
    assert drawn == ["memory.svg", "plan-calls.svg", "plan-seconds.svg"]
    assert all(f"(benchmarks/{name})" in text for name in drawn)


def test_a_chart_is_well_formed_and_readable_in_both_schemes() -> None:
    """Names are escaped, every point is drawn, and the title says the values."""
    svg = chart.draw(
        "Seconds <of> a plan", "stacks", {"cold & slow": [(1, 0.3), (100, 2.0)], "warm": [(1, 0.2)]}
    )
    root = ElementTree.fromstring(svg)
    names = {"svg": "http://www.w3.org/2000/svg"}
    assert len(root.findall("svg:circle", names)) == 3
    assert "0.3 at 1, 2 at 100" in str(root.findtext("svg:title", namespaces=names))
    assert "prefers-color-scheme: dark" in svg
