import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** Path of the script that looks for what is not accessible. */
export const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** All rules but those that are experimental; the best practices as well. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds, in words; it must have been added to the page. */
export const violations = async (page: Page): Promise<readonly string[]> => {
  const { violations: found, passes } = (await page.evaluate(
    `axe.run({ runOnly: { type: 'tag', values: ${JSON.stringify(RULES)} } })`,
  )) as { readonly violations: readonly Violation[]; readonly passes: readonly unknown[] };
  assert.ok(passes.length > 20, 'axe has looked at the page');
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
};
