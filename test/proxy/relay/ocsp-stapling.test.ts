import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { giveInput } from '../../../tooling/process/give-input.ts';
import { OcspAuthority } from '../ocsp-authority.ts';
import { CertificateFolder } from './certificate-folder.ts';
import { ProxyProcess } from './proxy-process.ts';

const CLIENT_MS = 30_000;

const authority = new OcspAuthority();
const folder = new CertificateFolder();
const ocsp = join(folder.folder, 'a.ocsp');
let port: number;
let proxy: ProxyProcess;

const write = async (response: Uint8Array): Promise<void> => {
  await writeFile(`${ocsp}.new`, response);
  await rename(`${ocsp}.new`, ocsp);
};

before(async () => {
  await folder.write('a', { certificate: authority.leaf + authority.certificate, key: authority.key });
  await folder.write('ca', { certificate: authority.certificate, key: '' });
  await write(authority.answer());
  port = await freePort();
  proxy = await ProxyProcess.start({
    listeners: [
      {
        name: 'web',
        port,
        backend: 'b',
        tls: { mode: 'Terminate', certificateFiles: [{ ...folder.files('a'), ocsp }] },
      },
    ],
    backends: [{ name: 'b', endpoints: [{ address: '127.0.0.1', port: 1 }] }],
  });
});

after(async () => {
  await proxy?.stop();
  folder[Symbol.dispose]();
  authority[Symbol.dispose]();
});

/** What openssl says as a client that asks for the status of the certificate. */
const asked = (...args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const all = ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'a.test', '-status', ...args];
    const child = execFile(
      'openssl',
      [...all, '-CAfile', folder.files('ca').certificate],
      { timeout: CLIENT_MS },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    );
    giveInput(child, '');
  });

const isUnfit = async (why: RegExp): Promise<boolean> =>
  (await proxy.status()).findings.some(
    ({ code, message }) => code === 'OcspResponseUnfit' && why.test(message),
  );

const stapled = (): Promise<number> => proxy.metric('l4balancer_certificate_ocsp_stapled');

for (const version of ['-tls1_2', '-tls1_3'])
  test(`a client that asks with ${version} gets the response, and believes it`, async () => {
    const said = await asked(version);
    assert.match(said, /OCSP Response Status: successful[\s\S]*Cert Status: good/);
    assert.match(said, /Verify return code: 0 \(ok\)/);
    assert.equal(await stapled(), 1);
  });

test('a response that says revoked is not stapled, which is told, until there is a new one', async () => {
  await write(authority.answer({ isRevoked: true }));
  await proxy.until('telling why', () => isUnfit(/is revoked/));
  await proxy.until('stapling nothing', async () => /OCSP response: no response sent/.test(await asked()));
  assert.equal(await stapled(), 0);
  await write(authority.answer({ signer: 'delegate' }));
  await proxy.until('stapling the new one', async () => /Cert Status: good/.test(await asked()));
  assert.equal(await isUnfit(/./), false);
});

const BAD: readonly (readonly [what: string, change: () => Promise<void>, why: RegExp])[] = [
  ['is garbage', () => write(Buffer.from('garbage')), /cannot be read/],
  ['has gone', () => rm(ocsp), /there is no such file/],
];

for (const [what, change, why] of BAD)
  test(`a response that ${what} leaves the one before in use, which is told`, async () => {
    await change();
    await proxy.until('telling why', () => isUnfit(why));
    await proxy.untilServed();
    for (let i = 0; i < 4; i++) assert.match(await asked(), /Cert Status: good/);
    assert.equal(await stapled(), 1);
    await write(authority.answer());
    await proxy.until('content', async () => !(await isUnfit(/./)));
  });
