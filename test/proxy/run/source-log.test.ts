import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSourceLog } from '../../../proxy/run/source-log.ts';

test('the loss and return of a source are logged at each change, not at each retry', () => {
  const lines: string[] = [];
  const note = (_: object, message: string) => void lines.push(message.split(';')[0] ?? '');
  const log = createSourceLog({ info: note, warn: note }, 'L4Balancer a/b');
  const lose = (code: string) => log.state({ following: false, code, problem: code });
  log.state({ following: true });
  lose('ConnectionRefused');
  lose('ConnectionRefused');
  lose('Unauthorized');
  log.state({ following: true });
  log.state({ following: true });
  assert.deepEqual(lines, ['source is unavailable', 'source is unavailable', 'source is available again']);
});

test('each revision is logged once', () => {
  const lines: object[] = [];
  const log = createSourceLog({ info: (fields) => lines.push(fields), warn: () => {} }, 'x');
  assert.deepEqual(
    ['a', 'a', 'b'].map((revision) => log.accepted({ revision })),
    [true, false, true],
  );
  assert.deepEqual(lines, [{ revision: 'a' }, { revision: 'b' }]);
});
