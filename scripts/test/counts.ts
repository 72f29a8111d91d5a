/** The test runner's summary. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** Names of the skipped tests, with their reasons. */
  readonly skipped: readonly string[];
}

const CLOSING = /^ℹ (pass|fail|cancelled) (\d+)$/;
const SKIPPED = /^\s*﹣ (.*?) \([\d.]+ms\)(?: # (.*))?$/;

/** Parses the summary of Node's own reporter; a cancelled test counts as failed. */
export const countsOf = (lines: readonly string[]): TestCounts => {
  const total = (...names: readonly string[]): number =>
    lines
      .map((line) => CLOSING.exec(line))
      .filter((match) => match !== null && names.includes(match[1] ?? ''))
      .reduce((sum, match) => sum + Number(match?.[2]), 0);
  const skipped = lines.flatMap((line) => {
    const [, name, reason] = SKIPPED.exec(line) ?? [];
    return name === undefined ? [] : [reason === undefined ? name : `${name}: ${reason}`];
  });
  return { passed: total('pass'), failed: total('fail', 'cancelled'), skipped: [...new Set(skipped)] };
};

/** `412 passed, 0 failed, 1 skipped` */
export const summary = (all: readonly TestCounts[]): string => {
  const sum = (of: (counts: TestCounts) => number): number =>
    all.reduce((total, counts) => total + of(counts), 0);
  const skipped = sum((counts) => counts.skipped.length);
  const base = `${sum((counts) => counts.passed)} passed, ${sum((counts) => counts.failed)} failed`;
  return skipped > 0 ? `${base}, ${skipped} skipped` : base;
};
