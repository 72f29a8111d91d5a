import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { ProxyProcess } from './proxy-process.ts';

test('a proxy’s memory comes in small pages, even where the system prefers huge ones', async () => {
  const [port = 0] = await freePorts(1);
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'echo', port, backend: 'echo' }],
    backends: [{ name: 'echo', endpoints: [{ address: '127.0.0.1', port: 9 }] }],
  });
  try {
    assert.match(await readFile(`/proc/${proxy.process.pid}/status`, 'utf8'), /^THP_enabled:\s+0$/m);
  } finally {
    await proxy.stop();
  }
});
