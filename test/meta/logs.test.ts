import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Check } from './finding.ts';
import { logCalls } from './log-calls.ts';
import { isProduction, tree } from './tree.ts';

const CONSTANT = /^(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")$/;

/** pino takes `(message)` or `(fields, message)`. */
const check: Check = ({ path, text }) =>
  isProduction(path)
    ? logCalls(text)
        .filter(({ args }) => args.length > 2 || !CONSTANT.test(args.at(-1) ?? ''))
        .map(({ line, args }) => ({
          path,
          line,
          message: `logs ${args.at(-1) ?? 'nothing'}: make the message a constant string, and pass variable parts as fields before it`,
        }))
    : [];

const examples: readonly (readonly [string, number])[] = [
  ["log.info({ port: f(a, b), text: ',)' }, 'admin endpoint listens');", 0],
  ["log.warn('stopping');", 0],
  ["// log.warn(message);\nlog.warn({ what: ')' }, 'a, b');", 0],
  ['log.info(`port '.concat('$', '{port}`);'), 1],
  ["log.error({ error }, 'failed: ' + error.message);", 1],
  ['this.logger.warn(message);', 1],
  ["log.info('listens on %d', port, address);", 1],
];

test('log messages are constant strings', () => {
  for (const [text, findings] of examples)
    assert.equal(check({ path: 'proxy/a.ts', text }).length, findings, text);
  assertNone(tree().flatMap(check));
});
