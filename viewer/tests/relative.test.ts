import assert from "node:assert/strict";
import { test } from "node:test";
import { SENTENCES } from "../src/outcome";
import { daysFrom, relativeFormat, relativeText } from "../src/relative";
import { leftText } from "../src/session";

test("dates are told from today's calendar day", () => {
  const late = new Date(2026, 10, 22, 23, 59);
  assert.equal(daysFrom(late, "2026-11-22"), 0);
  assert.equal(daysFrom(late, "2026-11-23"), 1);
  assert.equal(daysFrom(late, "2025-11-22"), -365);
  assert.equal(daysFrom(late, "soon"), null);
});

test("distances are in the unit that a person would use", () => {
  const said = [0, 1, -13, 21, -70, 800].map((days) => relativeText(days, relativeFormat("en")));
  assert.deepEqual(said, ["today", "tomorrow", "13 days ago", "in 3 weeks", "2 months ago", "in 2 years"]);
});

test("the countdown counts seconds only in its last minute", () => {
  assert.deepEqual([900_000, 61_000, 60_000, 900, 0].map(leftText), ["15 min", "2 min", "60 s", "1 s", "0 s"]);
});

test("every fault has a sentence of its own that says what to do", () => {
  const sentences = Object.values(SENTENCES);
  assert.equal(new Set(sentences).size, sentences.length);
  for (const sentence of sentences) assert.match(sentence, /^[A-Z][^.]*[:][^.]+\.$/);
});
