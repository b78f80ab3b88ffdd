// The same markdown as a site of Hugo's.

import { readFileSync } from "node:fs";
import path from "node:path";

import { markdownOf, writeFiles } from "./text.mjs";

const HUGO_SETTINGS = `baseURL = "http://127.0.0.1/"
title = "Portfolios"
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "404"]
`;

const HUGO_BASE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head>
<body><main><h1>{{ .Title }}</h1>{{ block "main" . }}{{ end }}</main></body></html>
`;

const HUGO_SINGLE = `{{ define "main" }}<dl>{{ range $name, $value := .Params }}{{ if not (reflect.IsMap $value) }}<dt>{{ $name }}</dt><dd>{{ $value }}</dd>{{ end }}{{ end }}</dl>
{{ .Content }}{{ end }}
`;

const HUGO_LIST = `{{ define "main" }}<ul>{{ range .Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>{{ end }}
`;

/** A site of the same markdown by one small template. */
export function writeHugo(corpus, site) {
  const files = {
    "hugo.toml": HUGO_SETTINGS,
    "layouts/_default/baseof.html": HUGO_BASE,
    "layouts/_default/single.html": HUGO_SINGLE,
    "layouts/_default/list.html": HUGO_LIST,
  };
  for (const file of markdownOf(corpus)) {
    files[path.join("content", file)] = hugoPage(file, readFileSync(path.join(corpus, file), "utf8"));
  }
  writeFiles(site, files);
}

/** The same front matter with the title that Hugo wants, and the same text behind it. */
export function hugoPage(file, text) {
  const title = `title = ${JSON.stringify(file.replace(/\.md$/, ""))}\n`;
  return text.startsWith("+++\n") ? `+++\n${title}${text.slice(4)}` : `+++\n${title}+++\n${text}`;
}
