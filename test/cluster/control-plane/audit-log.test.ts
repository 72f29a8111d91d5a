import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AuditLog } from '../../../cluster/control-plane/audit-log.ts';

const line = (requestURI: string) =>
  `${JSON.stringify({ verb: 'get', user: { username: 'é' }, requestURI })}\n`;

test('an incomplete line is left for the next read, and its event has the offset at which the line starts', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-audit-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'audit.log');
  const log = new AuditLog(path);
  const seen = (since?: number) => log.events(since).map(({ requestURI }) => requestURI);

  appendFileSync(path, line('/a'));
  const afterFirst = log.size;
  const second = Buffer.from(line('/b'));
  appendFileSync(path, second.subarray(0, 30));
  const inSecond = log.size;
  assert.deepEqual(seen(), ['/a']);
  appendFileSync(path, second.subarray(30));
  appendFileSync(path, line('/c'));

  assert.deepEqual(seen(), ['/a', '/b', '/c']);
  assert.deepEqual(seen(afterFirst), ['/b', '/c']);
  assert.deepEqual(seen(inSecond), ['/c']);
});
