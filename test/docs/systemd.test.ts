import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { durationMs } from '../../crds/duration.ts';
import { PRESETS } from '../../crds/presets.ts';
import { freePort } from '../../tooling/process/free-ports.ts';
import { until } from '../../tooling/wait/until.ts';
import { startProgram } from '../proxy/program.ts';
import { blockWith } from './page.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-systemd-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The assignments of a unit or of a file of sysctls; the last one wins. */
const settingsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(/^([\w.]+) ?= ?(.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const),
  );

const unit = settingsOf(blockWith('install.md', 'ini', '[Service]'));
const setting = (name: string): string => unit.get(name) ?? assert.fail(`the unit has no ${name}`);
const environment = Object.fromEntries(
  setting('Environment')
    .split(' ')
    .map((one) => one.split('=') as [string, string]),
);
const [node = '', ...argv] = setting('ExecStart').split(' ');
const entry = argv.findIndex((word) => word.startsWith('/opt/l4balancer/bin/'));

/** What ExecStart starts, with another manifest and admin port. */
const start = (manifest: string, adminPort: number) =>
  startProgram(
    argv.slice(entry + 1).map((word) => (word.startsWith('/etc/') ? manifest : word)),
    { ...environment, L4B_ADMIN: `127.0.0.1:${adminPort}` },
    { flags: argv.slice(0, entry), entry: (argv[entry] ?? '').slice('/opt/l4balancer/'.length) },
  );

test('the systemd unit of docs/install.md starts, reloads and gracefully stops the proxy', async () => {
  assert.equal(node, '/opt/l4balancer/node_modules/.bin/node');
  const manifest = join(folder, 'edge.yaml');
  const shown = blockWith('install.md', 'yaml', 'address: 192.0.2.10');
  writeFileSync(manifest, shown.replace('port: 8080, backend', `port: ${await freePort()}, backend`));
  const admin = await freePort();
  const proxy = start(manifest, admin);
  const isReady = async (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${admin}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  try {
    await until('the proxy is ready', isReady, { seen: proxy.stderr });
    const [, signal = ''] = /^\/bin\/kill -(\w+) \$MAINPID$/.exec(setting('ExecReload')) ?? [];
    assert.ok(proxy.child.kill(`SIG${signal}` as NodeJS.Signals));
    assert.ok(await isReady());
    // What systemd sends by default.
    proxy.child.kill('SIGTERM');
    assert.equal(await proxy.ended, 0);
  } finally {
    proxy.child.kill('SIGKILL');
  }
});

test('an invalid manifest ends the proxy with the exit code for which systemd does not restart the unit', async () => {
  const manifest = join(folder, 'wrong.yaml');
  writeFileSync(manifest, 'kind: L4Balancer\n');
  assert.equal(await start(manifest, await freePort()).ended, Number(setting('RestartPreventExitStatus')));
});

test('the systemd unit allows the proxy its whole grace period and the file limit of the profile', () => {
  assert.ok(Number(setting('TimeoutStopSec')) * 1000 > durationMs(environment.L4B_GRACE_PERIOD ?? ''));
  assert.equal(Number(setting('LimitNOFILE')), PRESETS.HostNetwork.fileDescriptors);
});

test('the sysctls that docs/install.md sets on a machine are those of the profile HostNetwork', () => {
  const shown = settingsOf(blockWith('install.md', 'ini', 'net.core.somaxconn'));
  assert.deepEqual(shown, new Map([...PRESETS.HostNetwork.sysctls].map(({ name, value }) => [name, value])));
});
