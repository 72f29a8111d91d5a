import { relative } from 'node:path';
import { spec } from 'node:test/reporters';

interface Counts {
  readonly tests: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly skipped: number;
}

interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly file?: string;
    readonly message?: string;
    readonly skip?: string | boolean;
    readonly todo?: string | boolean;
    readonly counts?: Counts;
    readonly duration_ms?: number;
    readonly success?: boolean;
  };
}

/** `  ✓ test/kube/apply.test.ts   12 tests   0.4 s` */
export const fileLine = (path: string, counts: Counts, durationMs: number): string => {
  const mark = counts.failed + counts.cancelled > 0 ? '✗' : '✓';
  const tests = `${String(counts.tests).padStart(4)} test${counts.tests === 1 ? ' ' : 's'}`;
  return `  ${mark} ${path.padEnd(60)} ${tests} ${(durationMs / 1000).toFixed(1).padStart(7)} s\n`;
};

/** Events that Node's own reporter shows; passed tests are counted by file instead. */
const isShown = ({ type, data }: TestEvent): boolean => {
  if (type === 'test:pass') return data.skip !== undefined || data.todo !== undefined;
  if (type === 'test:stdout' || type === 'test:enqueue' || type === 'test:dequeue') return false;
  return type !== 'test:start' && type !== 'test:plan';
};

/**
 * A reporter for `node --test`: one line for each file, then Node's own report of failed and skipped tests,
 * and its summary (`tests`, `pass`, `fail`, `skipped`).
 */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const inner = new spec();
  const text = (): string => String(inner.read() ?? '');
  for await (const event of events) {
    const { file, counts, duration_ms: durationMs } = event.data;
    if (event.type === 'test:summary' && file !== undefined && counts !== undefined)
      yield fileLine(relative(process.cwd(), file), counts, durationMs ?? 0);
    else if (isShown(event)) {
      inner.write(event);
      yield text();
    }
  }
  inner.end();
  yield text();
}
