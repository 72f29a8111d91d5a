import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { ProxyError } from '../../../proxy/errors/proxy-error.ts';
import { followManifest, loadManifest, type ReadManifest } from '../../../proxy/source/manifest-file.ts';
import type { SourceInput } from '../../../proxy/source/source.ts';
import { snapshotOfManifest } from '../../../proxy/source/standalone.ts';

const read: ReadManifest = (text, revision) => snapshotOfManifest(text, revision, { port: 9901 });

const folder = mkdtempSync(join(tmpdir(), 'l4b-manifest-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = (): string => {
  files += 1;
  mkdirSync(join(folder, `${files}`));
  return join(folder, `${files}`, 'edge.yaml');
};

const manifest = (port: number, more = ''): string => `apiVersion: l4balancer.dev/v1alpha1
kind: L4Balancer
metadata: {name: edge}
spec:
  listeners:
  - {name: web, port: ${port}, backend: web}
  backends:
  - name: web
    endpoints: [{address: 192.0.2.1, port: 80, weight: 2}]
${more}`;

/** Follows a file; `until` resolves with the last reported input once it fulfils `wanted`. */
const following = (path: string) => {
  let input: SourceInput | undefined;
  let reports = 0;
  const waiting = new Set<() => void>();
  const source = followManifest(path, loadManifest(path, read), read, {
    onInput(next) {
      input = next;
      reports += 1;
      for (const check of waiting) check();
    },
    onState() {},
  });
  after(() => source.stop());
  return {
    source,
    reports: () => reports,
    input: () => input,
    until: (wanted: (input: SourceInput) => boolean): Promise<SourceInput> =>
      new Promise((resolve) => {
        const check = () => {
          if (input === undefined || !wanted(input)) return;
          waiting.delete(check);
          resolve(input);
        };
        waiting.add(check);
        check();
      }),
  };
};
const serves =
  (port: number) =>
  ({ snapshot, refused }: SourceInput): boolean =>
    snapshot?.configuration.listeners[0]?.port === port && refused.length === 0;
const refusedFor =
  (text: RegExp) =>
  ({ refused }: SourceInput): boolean =>
    refused.some(({ message }) => text.test(message));

test('a valid manifest becomes a snapshot with its targets and a revision of its content', () => {
  const path = fresh();
  writeFileSync(path, manifest(8080));
  const { targets, revision, findings } = loadManifest(path, read);
  assert.deepEqual(targets.get('web'), [{ address: '192.0.2.1', port: 80, weight: 2, backup: false }]);
  assert.match(revision, /^sha256:[0-9a-f]{12}$/);
  assert.deepEqual(findings, []);
});

test('a file is read in the format that the reader understands, and followed like any other', () => {
  const path = fresh();
  writeFileSync(path, '8080');
  const any = read(manifest(8080), 'r');
  assert.ok(any.ok);
  const readNumber: ReadManifest = (text, revision) =>
    /^[0-9]+$/.test(text)
      ? { ok: true, snapshot: { ...any.snapshot, revision } }
      : { ok: false, findings: [{ path: 'all', message: `${text} is no number` }] };
  const first = loadManifest(path, readNumber);
  writeFileSync(path, 'eight');
  const inputs: SourceInput[] = [];
  followManifest(path, first, readNumber, { onInput: (input) => inputs.push(input), onState() {} }).stop();
  assert.deepEqual(
    inputs.map((input) => [input.snapshot?.revision, input.refused]),
    [[first.revision, [{ code: 'SpecRefused', path: 'all', message: 'eight is no number' }]]],
  );
});

test('an edit in place and one by renaming both take effect', async () => {
  const path = fresh();
  writeFileSync(path, manifest(8080));
  const { until } = following(path);
  await until(serves(8080));
  writeFileSync(path, manifest(8081));
  await until(serves(8081));
  writeFileSync(`${path}~`, manifest(8082));
  renameSync(`${path}~`, path);
  await until(serves(8082));
});

test('a reload reads the file at once, before the kernel reports its change', () => {
  const path = fresh();
  writeFileSync(path, manifest(8080));
  const { source, reports, input } = following(path);
  const before = reports();
  writeFileSync(path, manifest(8081));
  source.reload?.();
  assert.equal(reports(), before + 1);
  assert.ok(serves(8081)(input() ?? assert.fail('nothing was reported')));
});

test('a file mounted from a ConfigMap is followed through its links', async () => {
  const path = fresh();
  const at = (name: string) => join(path, '..', name);
  const version = (name: string, port: number) => {
    mkdirSync(at(name));
    writeFileSync(join(at(name), 'edge.yaml'), manifest(port));
    symlinkSync(name, at('..data_tmp'));
    renameSync(at('..data_tmp'), at('..data'));
  };
  version('..v1', 8080);
  symlinkSync('..data/edge.yaml', path);
  const { until } = following(path);
  version('..v2', 8081);
  await until(serves(8081));
});

test('an invalid edit is reported and changes nothing else, and undoing it clears the finding', async () => {
  const path = fresh();
  writeFileSync(path, manifest(8080));
  const { until } = following(path);
  // The content that is served last, which differs from the initial one.
  writeFileSync(path, manifest(8081));
  await until(serves(8081));
  writeFileSync(path, manifest(80800));
  const bad = await until(({ refused }) => refused.length > 0);
  assert.equal(bad.snapshot?.configuration.listeners[0]?.port, 8081);
  assert.equal(bad.refused[0]?.path, 'spec.listeners[0].port');
  writeFileSync(path, manifest(8081));
  assert.equal((await until(serves(8081))).snapshot, bad.snapshot);
});

test('a deleted file stays in service, and is read again when it is back', async () => {
  const path = fresh();
  writeFileSync(path, manifest(8080));
  const { until } = following(path);
  rmSync(path);
  const gone = await until(refusedFor(/there is no such file\. The last configuration stays in service/));
  assert.equal(gone.snapshot?.configuration.listeners[0]?.port, 8080);
  writeFileSync(path, manifest(8081));
  await until(serves(8081));
});

test('an edit between the first read and the watch takes effect', async () => {
  const path = fresh();
  writeFileSync(path, manifest(8080));
  const first = loadManifest(path, read);
  writeFileSync(path, manifest(8081));
  const ports: unknown[] = [];
  const source = followManifest(path, first, read, {
    onInput: ({ snapshot }) => ports.push(snapshot?.configuration.listeners[0]?.port),
    onState() {},
  });
  source.stop();
  assert.deepEqual(ports, [8081]);
});

test('a symbolic link to itself is reported as a loop, and the last configuration stays until it is fixed', async () => {
  const path = fresh();
  writeFileSync(path, manifest(8080));
  const { until } = following(path);
  rmSync(path);
  symlinkSync('edge.yaml', path);
  const bad = await until(refusedFor(/its symbolic links form a loop/));
  assert.equal(bad.snapshot?.configuration.listeners[0]?.port, 8080);
  rmSync(path);
  writeFileSync(path, manifest(8081));
  await until(serves(8081));
});

test('a directory that is replaced as a whole is still followed', async () => {
  const path = fresh();
  const directory = join(path, '..');
  writeFileSync(path, manifest(8080));
  const { until } = following(path);
  renameSync(directory, `${directory}-old`);
  mkdirSync(directory);
  writeFileSync(path, manifest(8081));
  await until(serves(8081));
});

const BAD: readonly { readonly name: string; readonly text: string; readonly says: RegExp }[] = [
  {
    name: 'a backend that names a Service',
    text: manifest(8080).replace(/endpoints: .*/, 'service: {name: web, port: 80}'),
    says: /^.*edge\.yaml(:\d+)?: spec\.backends\[0\]\.service: .*Without a cluster, list its addresses under spec\.backends\[0\]\.endpoints/,
  },
  {
    name: 'an unknown field',
    text: manifest(8080, '  paussed: true\n'),
    says: /edge\.yaml:10: spec\.paussed: /,
  },
  { name: 'content that is not YAML', text: 'a: [', says: /edge\.yaml:\d+: / },
  { name: 'no content', text: '', says: /edge\.yaml/ },
];
for (const { name, text, says } of BAD)
  test(`loading a manifest with ${name} fails with the finding`, () => {
    const path = fresh();
    writeFileSync(path, text);
    assert.throws(
      () => loadManifest(path, read),
      (error) =>
        error instanceof ProxyError &&
        error.code === 'ManifestInvalid' &&
        error.details.some((line) => says.test(line)),
    );
  });

test('a change is read even if another file in the directory is written all the time', async () => {
  const path = fresh();
  writeFileSync(path, manifest(80));
  const { until } = following(path);
  const writing = setInterval(() => appendFileSync(join(dirname(path), 'proxy.log'), 'a line\n'), 10);
  try {
    writeFileSync(path, manifest(81));
    await Promise.race([
      until(serves(81)),
      once(AbortSignal.timeout(10_000), 'abort').then(() => assert.fail('the change was not read')),
    ]);
  } finally {
    clearInterval(writing);
  }
});
