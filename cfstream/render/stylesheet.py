"""The style of a plan's page: light, dark, on a phone and on paper. It loads nothing from elsewhere."""

import base64
import hashlib

STYLE = """
:root{color-scheme:light dark;--page:#fff;--card:#f6f8fa;--ink:#1f2328;--dim:#59636e;--line:#d1d9e0;
--new:#116329;--new-paper:#dafbe1;--changed:#7d4e00;--changed-paper:#fff8c5;--gone:#a40e26;--gone-paper:#ffebe9;
--wait:#0550ae;--wait-paper:#ddf4ff;--danger:#cf222e}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--card:#151b23;--ink:#f0f6fc;--dim:#9198a1;--line:#3d444d;
--new:#7ee787;--new-paper:#12261e;--changed:#f2cc60;--changed-paper:#2a2211;--gone:#ff9492;--gone-paper:#2d1517;
--wait:#79c0ff;--wait-paper:#121d2f;--danger:#ff7b72}}
@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--dim:#444;--line:#bbb;
--new:#116329;--new-paper:#fff;--changed:#7d4e00;--changed-paper:#fff;--gone:#a40e26;--gone-paper:#fff;
--wait:#0550ae;--wait-paper:#fff;--danger:#cf222e}
article,.step,.alert,figure{break-inside:avoid-page}nav{display:none}body{font-size:11pt}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:68rem;background:var(--page);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
h1,h2,h3{line-height:1.25;margin:0}
h1{font-size:1.1rem;font-weight:600;color:var(--dim)}
h2{font-size:1.3rem}
h3{font-size:1rem;margin:1.75rem 0 .6rem}
p{margin:.25rem 0}
ul,ol{margin:.4rem 0;padding:0;list-style:none}
a{color:var(--wait)}
:focus-visible{outline:3px solid var(--wait);outline-offset:2px;border-radius:4px}
code,.sign{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
header{margin-bottom:1.5rem}
.sum{font-size:1.75rem;font-weight:700;line-height:1.25;margin:.2rem 0 .4rem}
.dim{color:var(--dim);font-size:.875rem}
nav ul{display:flex;flex-wrap:wrap;gap:.35rem 1rem}
.alert{border:1px solid var(--line);border-left:6px solid var(--danger);border-radius:8px;padding:1rem 1.25rem;
margin:1rem 0;background:var(--gone-paper)}
.alert h2{color:var(--gone)}
.alert.warning{border-left-color:var(--changed);background:var(--changed-paper)}
.alert.warning h2{color:var(--changed)}
.alert li{margin:.8rem 0 0}
.alert .dim{color:var(--ink)}
.flag{white-space:nowrap}
.excerpt{display:block;margin:.3rem 0;white-space:pre-wrap}
pre{margin:.3rem 0;padding:.5rem .75rem;border:1px solid var(--line);border-radius:6px;background:var(--page);
white-space:pre-wrap}
article{border:1px solid var(--line);border-radius:12px;padding:1.25rem;margin:1.5rem 0}
.top{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1rem;align-items:baseline}
figure{margin:1rem 0 0;overflow-x:auto}
figcaption{display:none;position:sticky;left:0}
svg{display:block;max-width:100%;min-width:40rem;height:auto}
svg text{fill:var(--ink);font-size:13px}
svg .title{font-weight:600}
.box{fill:var(--card);stroke:var(--line);stroke-width:1.5}
.box.new{fill:var(--new-paper);stroke:var(--new)}
.box.changed{fill:var(--changed-paper);stroke:var(--changed)}
.box.gone{fill:var(--gone-paper);stroke:var(--gone);stroke-dasharray:5 3}
.box.open{stroke:var(--danger);stroke-width:3}
.edge{fill:none;stroke:var(--dim);stroke-width:1.5}
.edge.new{stroke:var(--new);stroke-width:2.5}
.edge.gone{stroke:var(--gone);stroke-dasharray:5 3}
.reads{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.75rem}
.reads>div{background:var(--card);border-radius:8px;padding:.75rem 1rem}
.label{font-size:.8rem;font-weight:600;color:var(--dim);margin:0}
.open{color:var(--danger);font-weight:600}
svg .open{color:inherit}
.step{border-left:4px solid var(--line);border-radius:6px;background:var(--card);padding:.7rem 1rem;margin:.6rem 0}
.step.create,.step.grant{border-left-color:var(--new)}
.step.modify,.step.disable{border-left-color:var(--changed)}
.step.delete,.step.revoke{border-left-color:var(--gone)}
.step.wait{border-left-color:var(--wait)}
.note{margin-top:1rem}
.what{font-weight:600;margin:0}
.new .sign,.create .sign,.grant .sign{color:var(--new)}
.changed .sign,.adopt .sign,.modify .sign,.disable .sign{color:var(--changed)}
.gone .sign,.delete .sign,.revoke .sign{color:var(--gone)}
.wait .sign{color:var(--wait)}
.sign{font-weight:700;white-space:pre}
table{border-collapse:collapse;width:100%;margin-top:.5rem;font-size:.9rem}
th{text-align:left;font-size:.8rem;font-weight:600;color:var(--dim)}
th,td{padding:.3rem .5rem .3rem 0;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0}
th[scope=row]{color:var(--ink);width:34%;font-weight:400;font-size:1em}
td{width:33%}
.was,.now{padding:.1em .35em;border-radius:4px;box-decoration-break:clone;-webkit-box-decoration-break:clone}
.was{background:var(--gone-paper);color:var(--gone)}
.now{background:var(--new-paper);color:var(--new)}
summary{cursor:pointer;font-weight:600;margin-top:1.5rem}
@media screen and (max-width:46rem){figcaption{display:block}}
@media (max-width:40rem){body{padding:1rem .75rem 3rem}.sum{font-size:1.35rem}article{padding:1rem .75rem}
tr{display:grid;grid-template-columns:1fr 1fr}tr th:first-child,.members{grid-column:1/-1}td{border-top:0}
td:only-of-type,th:nth-child(2):last-child{grid-column:1/-1}
th[scope=row],td{width:auto}}
"""

POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'"
)
"""The content security policy of the page: only this style is allowed."""
