/** What axe has to say of a page. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

/** The folder of the viewer, set by the bundler. */
declare const VIEWER: string;

const AXE = readFileSync(join(VIEWER, "node_modules/axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/** Every violation, one line a place; of all rules, or of one. */
export async function violations(page: Page, rule?: string): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async (runOnly) => {
    interface Axe {
      run(context: Document, options: unknown): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
    }
    const { axe } = globalThis as unknown as { axe: Axe };
    const result = await axe.run(document, { runOnly, resultTypes: ["violations"] });
    return result.violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary.slice(0, 240)}`));
  }, rule === undefined ? TAGS : { type: "rule", values: [rule] });
}
