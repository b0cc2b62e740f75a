"""Render what `cfstream migrate` prints: the edit as a diff, notes, and what to run next."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cfstream.migration.advice import Target
from cfstream.migration.player_urls import PlayerUrl
from cfstream.render.flow import Page, Style, columns, padded, page, printable, words
from cfstream.use_cases.migration import Migrated, MigrationOutcome

FORMAT_VERSION = 1


def migration_text(done: Migrated, flags: str, *, color: bool, width: int) -> str:
    """Return the headline, the diff, notes, the table of URLs, and the next steps, numbered."""
    sheet = page(width, color=color)
    lines = sheet.flow(words(_HEADS[done.outcome](done), Style.BOLD), rest="  ")
    for file in done.files:
        lines += ["", *(_diff_line(line, sheet) for line in file.diff())]
    notes = list(_notes(done))
    if notes:
        lines.append("")
    for note in notes:
        lines += sheet.flow(words(note), first="  ", rest="    ")
    if done.urls:
        lines += ["", *_url_lines(done.urls, sheet)]
    steps = next_steps(done, flags)
    if steps:
        lines += ["", "Next:"]
    for number, step in enumerate(steps, 1):
        lines += sheet.flow(words(step), first=f"  {number}. ", rest="     ")
    return "\n".join(lines) + "\n"


def migration_document(done: Migrated, flags: str) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "format_version": FORMAT_VERSION,
        "outcome": done.outcome,
        "to": list(done.to),
        "stacks": list(done.stacks),
        "written": bool(done.files) and not done.dry_run,
        "files": [{"path": file.path, "diff": "\n".join(file.diff()) + "\n"} for file in done.files],
        "private_key_file": done.private_file or None,
        "public_key_file": done.public_file or None,
        "cnames": list(done.names),
        "hazards": done.hazards,
        "notes": list(_notes(done)),
        "urls": [{"rtmp": url.rtmp, "https": url.https} for url in done.urls],
        "next": next_steps(done, flags),
    }


def next_steps(done: Migrated, flags: str) -> list[str]:
    """Return the next steps, in order; commands have the flags for the same AWS."""
    if done.outcome == "nothing":
        return []
    if done.dry_run and done.files:
        return ["the same command without --dry-run"]
    return _NEXT[done.outcome](done, flags)


def _diff_line(line: str, sheet: Page) -> str:
    styles = {"+": Style.GREEN, "-": Style.RED, "@": Style.CYAN}
    style = Style.BOLD if line.startswith(("+++ ", "--- ")) else styles.get(line[:1], Style.PLAIN)
    return sheet.paint(printable(line), style)


def _url_lines(urls: Sequence[PlayerUrl], sheet: Page) -> Iterator[str]:
    wide = max(columns(url.rtmp) for url in urls)
    side_by_side = wide + 4 + max(columns(url.https) for url in urls) <= sheet.width
    yield "Players ask for:"
    for url in urls:
        rtmp, https = printable(url.rtmp), printable(url.https)
        if side_by_side:
            yield f"  {padded(rtmp, wide)}  {https}"
        else:
            yield from (f"  {rtmp}", f"    {https}")


def _migrated_head(done: Migrated) -> str:
    verb = "would change" if done.dry_run else "changes"
    return f"{', '.join(done.stacks)} {verb} to {' and '.join(done.to)}"


def _begun_head(done: Migrated) -> str:
    verb = "would get" if done.dry_run else "gets"
    return f"{done.stacks[0]} {verb} a new http stack: {done.stacks[1]}, in {done.new_spec}"


def _handed_over_head(done: Migrated) -> str:
    verb = "would move" if done.dry_run else "moves"
    return f"{', '.join(done.names)} {verb} from {done.stacks[0]} to {done.stacks[1]}"


def _over_head(done: Migrated) -> str:
    return f"{done.stacks[0]} no longer has host names: {done.new_spec} has replaced it"


def _nothing_head(done: Migrated) -> str:
    who = ", ".join(done.stacks) or f"every stack of {done.spec}"
    return f"Nothing to migrate: {who} is already migrated ({', '.join(done.to)})"


_HEADS: Mapping[MigrationOutcome, Callable[[Migrated], str]] = {
    "migrated": _migrated_head,
    "begun": _begun_head,
    "handed-over": _handed_over_head,
    "over": _over_head,
    "nothing": _nothing_head,
}


def _notes(done: Migrated) -> Iterator[str]:
    """Yield notes, one sentence each."""
    if done.outcome == "migrated" and {Target.OAC, Target.BUCKET_POLICY} & {*done.to}:
        yield (
            "apply adds the new grant first, and revokes its own old grant when all edges have the change; "
            "statements of others in the bucket's policy stay, and the plan lists them"
        )
    if done.opened:
        yield "what everybody can read stays readable: cfstream verify lists each opening"
    if done.public_file:
        yield "issued URLs and cookies stop working while the change reaches the edges one after another"
        yield f"{done.public_file}: the public half of the new signing key"
    if done.private_file:
        yield f"{done.private_file}: its private half, only for signers; never commit it"
    for account in done.accounts:
        yield (
            f"account {account} signs with its own key pairs, which will stop working: before you apply, give it a "
            "key of the group, or add a key of its own to the group"
        )
    if done.outcome == "begun":
        yield "both stacks read the same bucket; the old one does not change, and keeps its host names for now"
    if done.outcome == "handed-over":
        yield (
            "the names do not work from when the old stack gives them up until the new one has them; "
            "DNS records change last"
        )
    if any(url.https.endswith(".flv") for url in done.urls):
        yield "no browser plays .flv: convert such objects"


def _commit(done: Migrated) -> str:
    files = [*(file.path for file in done.files), *([done.public_file] if done.public_file else [])]
    return f"commit {' and '.join(files)}"


def _plan_and_apply(done: Migrated, specs: Sequence[str], flags: str) -> list[str]:
    named = " ".join(map(shlex.quote, specs))
    allow = "".join(f" --allow {hazard}" for hazard in done.hazards)
    return [f"cfstream plan {named}{flags}", f"cfstream apply {named}{flags}{allow}"]


def _after_migrated(done: Migrated, flags: str) -> list[str]:
    steps = [_commit(done), *_plan_and_apply(done, [done.spec], flags)]
    if done.private_file:
        steps.append(f"sign with {done.private_file} from now on")
    return steps


def _after_begun(done: Migrated, flags: str) -> list[str]:
    return [
        _commit(done),
        *_plan_and_apply(done, [done.new_spec], flags),
        "test the new distribution under its own name, with a URL from cfstream sign",
        *([f"then again, for the host names: {again(done.spec, Target.HTTP)}"] if done.names else []),
    ]


def _after_handed_over(done: Migrated, flags: str) -> list[str]:
    return [
        _commit(done),
        *_plan_and_apply(done, [done.spec, done.new_spec], flags),
        "change the players to the new URLs",
    ]


def _after_over(done: Migrated, flags: str) -> list[str]:
    spec = shlex.quote(done.spec)
    return [
        f"when nobody uses it any more: cfstream destroy {spec}{flags}",
        f"then delete {spec}: an apply of it would create the old stack again",
    ]


_NEXT: Mapping[MigrationOutcome, Callable[[Migrated, str], list[str]]] = {
    "migrated": _after_migrated,
    "begun": _after_begun,
    "handed-over": _after_handed_over,
    "over": _after_over,
}


def again(spec: str, to: Target) -> str:
    """Return the command that migrates a spec."""
    return f"cfstream migrate {shlex.quote(spec)} --to {to}"
