import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { selfSigned } from '../certificates.ts';
import { CertificateFolder } from './certificate-folder.ts';
import { type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

const run = promisify(execFile);

/** Runs what follows in a folder. The shell says how it ended, and whether the kernel has dumped it. */
const DUMPING = ['bash', '-c', 'ulimit -c unlimited; cd "$0"; setpriv --pdeathsig KILL "$@"; exit $?'];

const childOf = async (pid: number): Promise<number> =>
  Number((await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')[0]);

test('a proxy that has come to private keys leaves no core dump when it crashes', async (t) => {
  using folder = new CertificateFolder();
  const [shell, ...script] = DUMPING as [string, ...string[]];
  const other = await run(shell, [...script, folder.folder, 'sh', '-c', 'kill -ABRT $$']).catch(
    ({ stderr }: { stderr: string }) => ({ stderr }),
  );
  if (!other.stderr.includes('core dumped')) t.diagnostic('no program leaves a core dump on this machine');

  await folder.write('web', selfSigned(['a.test']));
  const listener = { name: 'web', port: await freePort(), backend: 'web' };
  const manifest: Manifest = {
    listeners: [listener],
    backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: 1 }] }],
  };
  const proxy = await ProxyProcess.start(manifest, { wrap: [...DUMPING, folder.folder] });
  const tls = { mode: 'Terminate' as const, certificateFiles: [folder.files('web')] };
  await proxy.write(manifestText({ ...manifest, listeners: [{ ...listener, tls }] }));
  await proxy.until('serving a certificate', async () => (await proxy.status()).certificates?.length === 1);
  const ended = once(proxy.process, 'close');
  process.kill(await childOf(proxy.process.pid as number), 'SIGABRT');
  await ended;
  assert.match(proxy.output, /Aborted(?! *\(core dumped\))/);
  await proxy.stop();
});
