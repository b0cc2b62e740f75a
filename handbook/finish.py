"""Change the built manual where the theme has no setting for it.

- The navigation is open from a width of 1120 pixels. The theme opens it from 1220.
- Every landmark has a name of its own: the theme names the path of a page like the navigation, makes each copy button
  a navigation without a name, and names sections after a label that may be empty.
- A long name in code or in a heading can break after a slash and before a dot or a bracket.
- A shorter one with a hyphen, such as a flag, does not break.
- A recording links to itself, so that it can be enlarged, and scrolled with the keyboard.
"""

import re
import sys
from pathlib import Path

IN_THEME = {
    "76.25em": "70em",
    "76.234375em": "69.984375em",
    '"nav",{class:"md-code__nav"}': '"div",{class:"md-code__nav"}',
}
"""Parts of the theme's styles and script, and what replaces them. Two are widths of media queries."""

LONG = 20
"""Characters of a name that may be too long for a line on a telephone."""

_SECTION = re.compile(r'<label class="md-nav__title" for="(__nav_\d+)">')
_LABELLED = re.compile(r'aria-labelledby="(__nav_\d+)_label"')
_NAME = re.compile(rf"<code>([^<>\s]{{{LONG},}})</code>")
_HEADING = re.compile(rf'(<h[2-6] id="[^"]*">)([\w.]{{{LONG},}})(?=<)')
_BREAK = re.compile(r"(?<=[^\[][/,])(?=[^/])|(?<=&#124;)|(?<=[^/.])(?=\.(?!\.)|\[)")
_INLINE = re.compile(r"(?<!<pre><span></span>)<code>([^<>]+)</code>")
_HYPHENED = re.compile(rf"(?<!\S)(?=\S{{,{LONG - 1}}}(?:\s|$))\S*-\S*")
_RECORDING = re.compile(r'(<img [^>]*src="([^"]*pictures/[\w-]+\.svg)"[^>]*>)')


def finish(site: Path) -> None:
    """Change the files of a built site."""
    for file in [*site.rglob("*.css"), *site.rglob("*.js")]:
        text = file.read_text(encoding="utf-8")
        for old, new in IN_THEME.items():
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    for file in site.rglob("*.html"):
        file.write_text(page(file.read_text(encoding="utf-8")), encoding="utf-8")


def page(html: str) -> str:
    """Return a page with these changes."""
    html = html.replace('class="md-path" aria-label="Navigation"', 'class="md-path" aria-label="Path"')
    html = _SECTION.sub(r'<label class="md-nav__title" id="\1_title" for="\1">', html)
    html = _LABELLED.sub(r'aria-labelledby="\1_title"', html)
    html = _INLINE.sub(lambda code: f"<code>{_HYPHENED.sub(_whole, code[1])}</code>", html)
    html = _NAME.sub(lambda name: f"<code>{_BREAK.sub('<wbr>', name[1])}</code>", html)
    html = _HEADING.sub(lambda head: head[1] + _BREAK.sub("<wbr>", head[2]), html)
    return _RECORDING.sub(r'<a class="recording" href="\2">\1</a>', html)


def _whole(word: re.Match[str]) -> str:
    """Return a word without a line break."""
    return f'<span class="whole">{word[0]}</span>'


if __name__ == "__main__":
    finish(Path(sys.argv[1]))
