import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { carrying, makeMark } from './carrying.ts';

test('Ctrl-C in the middle of make run ends it and all that it started, and says what to do', async () => {
  const mark = makeMark();
  const child = spawn(
    process.execPath,
    [`${REPOSITORY}/scripts/run.ts`, '--standalone', '--requests', '1000000'],
    { env: { ...process.env, [mark.name]: mark.value }, stdio: ['ignore', 'pipe', 'pipe'] },
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
