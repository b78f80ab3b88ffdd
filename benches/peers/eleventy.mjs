// The same markdown as a site of Eleventy's.

import { readFileSync } from "node:fs";
import path from "node:path";

import { markdownOf, writeFiles } from "./text.mjs";

const SETTINGS = `import highlight from ${JSON.stringify(import.meta.resolve("@11ty/eleventy-plugin-syntaxhighlight"))};
export default function (eleventy) {
  eleventy.addPlugin(highlight);
  return { markdownTemplateEngine: false, dir: { input: "content", includes: "../includes" } };
}
`;

const LAYOUT = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><main><h1>{{ title }}</h1><dl>{% for fact in facts %}<dt>{{ fact[0] }}</dt><dd>{{ fact[1] }}</dd>{% endfor %}</dl>
{{ content | safe }}</main></body></html>
`;

/** A site of the same markdown by one small template. */
export function writeEleventy(corpus, site) {
  const files = {
    "package.json": `{ "type": "module" }\n`,
    "eleventy.config.js": SETTINGS,
    "includes/page.njk": LAYOUT,
  };
  for (const file of markdownOf(corpus)) {
    files[path.join("content", file)] = page(file, readFileSync(path.join(corpus, file), "utf8"));
  }
  writeFiles(site, files);
}

/** Its front matter is JSON here, which Eleventy reads without a parser of its own for TOML; the text is the same. */
function page(file, text) {
  const [, front, body] = /^\+\+\+\n(.*?)\n\+\+\+\n(.*)$/s.exec(text) ?? [null, "", text];
  const facts = front.split("\n").flatMap((line) => {
    const fact = /^(\w+) = (.*)$/.exec(line);
    return fact ? [[fact[1], fact[2]]] : [];
  });
  const data = { layout: "page.njk", title: file.replace(/\.md$/, ""), facts };
  return `---json\n${JSON.stringify(data)}\n---\n${body}`;
}
