import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { REPOSITORY } from '../../scripts/process/folders.ts';

/** Process ids that carry a variable in their environment and have not ended. */
const carrying = (variable: string): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(variable);
    } catch {
      return false; // ended meanwhile
    }
  });

test('Ctrl-C in the middle of make run ends it and all that it started, and says what to do', async () => {
  const mark = `L4B_TEST_MARK=${randomUUID()}`;
  const [name = '', value] = mark.split('=');
  const child = spawn(
    process.execPath,
    [`${REPOSITORY}/scripts/run.ts`, '--standalone', '--requests', '1000000'],
    { env: { ...process.env, [name]: value }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  let stopped = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (stopped || !said.includes('proxy, ready')) return;
    stopped = true;
    assert.ok(carrying(mark).length > 1, 'the proxy runs');
    child.kill('SIGINT');
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 130);
  assert.match(said, /Stopped\. make down removes what is left\./);
  assert.doesNotMatch(said, /Error|because/);
  assert.deepEqual(carrying(mark), []);
});
