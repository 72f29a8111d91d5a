import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { makeMark, markedProcesses } from './marked-processes.ts';

test('Ctrl-C during make run stops it and every process that it started, and says how to clean up', async () => {
  const mark = makeMark();
  const child = spawn(
    process.execPath,
    [`${REPOSITORY}/scripts/run.ts`, '--standalone', '--requests', '1000000'],
    { env: { ...process.env, [mark.name]: mark.value }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  let stopped = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (stopped || !output.includes('proxy, ready')) return;
    stopped = true;
    assert.ok(markedProcesses(mark).length > 1, 'the proxy runs');
    child.kill('SIGINT');
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 130);
  assert.match(output, /Stopped\. make down removes what is left\./);
  assert.doesNotMatch(output, /Error|because/);
  assert.deepEqual(markedProcesses(mark), []);
});
