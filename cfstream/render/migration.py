"""What `cfstream migrate` prints: the edit as a diff, what to know of it, and what to run next."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cfstream.migration.advice import Target
from cfstream.migration.player_urls import PlayerUrl
from cfstream.render.flow import Page, Style, columns, padded, page, printable, words
from cfstream.use_cases.migration import Migrated, MigrationOutcome

FORMAT_VERSION = 1


def migration_text(done: Migrated, flags: str, *, color: bool, width: int) -> str:
    """The headline, the diff, what to know, the table of URLs, and the next steps, numbered."""
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
    """The same for programs."""
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
    """What to do and to run, in order; commands with the flags that reach the same AWS."""
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
    return f"{done.stacks[0]} {verb} an http stack beside it: {done.stacks[1]}, in {done.new_spec}"


def _handed_over_head(done: Migrated) -> str:
    verb = "would move" if done.dry_run else "moves"
    return f"{', '.join(done.names)} {verb} from {done.stacks[0]} to {done.stacks[1]}"


def _over_head(done: Migrated) -> str:
    return f"{done.stacks[0]} has no host names any more: {done.new_spec} has taken its place"


def _nothing_head(done: Migrated) -> str:
    who = ", ".join(done.stacks) or f"every stack of {done.spec}"
    return f"Nothing to migrate: {who} is there already ({', '.join(done.to)})"


_HEADS: Mapping[MigrationOutcome, Callable[[Migrated], str]] = {
    "migrated": _migrated_head,
    "begun": _begun_head,
    "handed-over": _handed_over_head,
    "over": _over_head,
    "nothing": _nothing_head,
}


def _notes(done: Migrated) -> Iterator[str]:
    """What a person should know, a sentence each."""
    if done.outcome == "migrated" and {Target.OAC, Target.BUCKET_POLICY} & {*done.to}:
        yield (
            "apply gives the new grant first, and takes its own old one away when all edges have the change; "
            "what others wrote into the bucket's policy stays, and the plan names it"
        )
    if done.opened:
        yield "what everybody can read in the bucket stays open to them: cfstream verify names each opening"
    if done.public_file:
        yield "URLs and cookies that were handed out die while this spreads, at one edge sooner than at another"
        yield f"{done.public_file}: the public half of the key that signs from then on"
    if done.private_file:
        yield f"{done.private_file}: its private half, for signers alone; never commit it"
    for account in done.accounts:
        yield (
            f"account {account} signs with key pairs of its own, which end: give it a key of the group, or put one "
            "of its own beside it, before you apply"
        )
    if done.outcome == "begun":
        yield "both stacks read the same bucket; the old one is not touched, and keeps its host names for now"
    if done.outcome == "handed-over":
        yield (
            "from when the old stack gives the names up until the new one has them, they answer nobody; "
            "DNS records come last"
        )
    if any(url.https.endswith(".flv") for url in done.urls):
        yield "no browser plays .flv: such objects want to be converted"


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
        steps.append(f"sign with {done.private_file} from then on, wherever URLs are signed")
    return steps


def _after_begun(done: Migrated, flags: str) -> list[str]:
    return [
        _commit(done),
        *_plan_and_apply(done, [done.new_spec], flags),
        "play something under the new distribution's own name: cfstream sign makes the URL",
        *([f"then again, for the host names: {again(done.spec, Target.HTTP)}"] if done.names else []),
    ]


def _after_handed_over(done: Migrated, flags: str) -> list[str]:
    return [
        _commit(done),
        *_plan_and_apply(done, [done.spec, done.new_spec], flags),
        "let players ask for the new URLs",
    ]


def _after_over(done: Migrated, flags: str) -> list[str]:
    return [f"when nobody plays from it any more: cfstream destroy {shlex.quote(done.spec)}{flags}"]


_NEXT: Mapping[MigrationOutcome, Callable[[Migrated, str], list[str]]] = {
    "migrated": _after_migrated,
    "begun": _after_begun,
    "handed-over": _after_handed_over,
    "over": _after_over,
}


def again(spec: str, to: Target) -> str:
    """The command that migrates a spec."""
    return f"cfstream migrate {shlex.quote(spec)} --to {to}"
