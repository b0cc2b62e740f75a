"""The raw figures: one JSON file for each section, written after every row, so that an interruption loses nothing."""

import functools
import json
import os
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent
Unit = Literal["s", "ms", "µs", "/s", "MiB", "calls", "deploys"]
HIGHER_IS_BETTER = ("/s",)


@dataclass(frozen=True)
class Figure:
    """The result of several runs."""

    unit: Unit
    median: float
    low: float
    high: float
    runs: int

    @classmethod
    def of(cls, unit: Unit, values: Sequence[float]) -> "Figure":
        """Return the figure of these runs."""
        return cls(unit, median(values), min(values), max(values), len(values))

    def times(self, factor: float) -> "Figure":
        """Return the figure of so many times as much work, which was not run."""
        return Figure(self.unit, self.median * factor, self.low * factor, self.high * factor, self.runs)


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, what it is compared with, and its limit.

    The limit is for the ratio if `beside` is named, and for the figure itself otherwise. A rate must reach its limit,
    everything else must not exceed it.
    """

    id: str
    what: str
    ours: Figure | None
    beside: str = ""
    theirs: Figure | None = None
    limit: float | None = None
    enough: float | None = None
    """A figure that meets the limit, whatever the ratio is."""

    @property
    def ratio(self) -> float | None:
        """The median divided by that of the other program."""
        return self.ours.median / self.theirs.median if self.ours and self.theirs else None

    @property
    def met(self) -> bool | None:
        """Whether the limit is met. None without a limit."""
        if self.limit is None or self.ours is None:
            return None
        value = self.ours.median if self.ratio is None else self.ratio
        if self.ours.unit in HIGHER_IS_BETTER:
            return value >= self.limit or (self.enough is not None and self.ours.median >= self.enough)
        return value <= self.limit or (self.enough is not None and self.ours.median <= self.enough)

    def json(self) -> dict[str, Any]:
        """Return the row as it is stored, with what follows from the figures."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


@dataclass(frozen=True)
class Point:
    """One point of a chart's line: so many stacks or objects, and what they cost."""

    series: str
    size: int
    values: dict[str, float]


@dataclass(frozen=True)
class Profile:
    """Where the time of one command goes: the milliseconds of each part, the largest first."""

    id: str
    what: str
    parts: dict[str, float]


Result = Row | Point | Profile


class Section:
    """The file of one section. A result replaces the earlier one with the same id."""

    def __init__(self, folder: Path, name: str) -> None:
        self.file = folder / f"{name}.json"
        self._found: dict[str, Any] = {"rows": {}, "points": {}, "profiles": {}}
        self._new: dict[str, Any] = {"rows": {}, "points": {}, "profiles": {}}
        if self.file.exists():
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            self._found = {name: kept[name] for name in self._found}

    def add(self, result: Result) -> None:
        """Store a result, and write the file."""
        stamp = {"measured": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}"}
        for stored in (self._found, self._new):
            if isinstance(result, Row):
                stored["rows"][result.id] = result.json() | stamp
            elif isinstance(result, Point):
                stored["points"].setdefault(result.series, {})[str(result.size)] = result.values
            else:
                stored["profiles"][result.id] = asdict(result) | stamp
        self._write(self._found)

    def finish(self) -> None:
        """Forget the earlier results that this run has not measured again."""
        self._write(self._new)

    def _write(self, results: dict[str, Any]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        partial = self.file.with_suffix(".partial")
        text = json.dumps({"machine": machine(), **results}, indent=1, ensure_ascii=False)
        partial.write_text(text + "\n", encoding="utf-8")
        partial.replace(self.file)


def read(folder: Path) -> dict[str, Any]:
    """Return the stored sections by name."""
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))}


def row_of(stored: dict[str, Any]) -> Row:
    """Return a stored row."""
    fields: dict[str, Any] = {name: stored[name] for name in ("id", "what", "beside", "limit", "enough")}
    for name in ("ours", "theirs"):
        fields[name] = Figure(**stored[name]) if stored[name] else None
    return Row(**fields)


@functools.cache
def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    return {
        "cpu": _cpu(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: _version(name) for name in ("cfstream", "boto3", "awscrt")},
        "compared": ", ".join(
            line.replace("==", " ")
            for line in (ROOT / "benchmarks" / "requirements.txt").read_text().splitlines()
            if "==" in line
        ),
    }


def _cpu() -> str:
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def _version(package: str) -> str:
    """Return the version of a package; of cfstream the commit, if there is one."""
    from importlib.metadata import PackageNotFoundError, version

    if package == "cfstream":
        asked = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--tags"]
        described = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        if described:
            return described
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
