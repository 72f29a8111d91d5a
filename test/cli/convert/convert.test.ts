import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { FORMATS, type Format } from '../../../cli/arguments/formats.ts';
import { convert, formatOf } from '../../../cli/convert/convert.ts';
import { written } from '../../../cli/convert/written.ts';
import { parseL4Balancer } from '../../../crds/parse.ts';
import { run } from '../captured.ts';

const FOLDER = join(import.meta.dirname, 'inputs');
const FILES: Readonly<Record<Format, string>> = {
  'ingress-nginx': 'ingress-nginx.yaml',
  haproxy: 'haproxy.cfg',
  nginx: 'nginx.conf',
  traefik: 'traefik.yaml',
};
const SETTINGS = { name: undefined, namespace: undefined, entryPoints: new Map() };
const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const documents = (yaml: string): readonly unknown[] => parseAllDocuments(yaml).map((one) => one.toJS());

for (const format of FORMATS) {
  const file = FILES[format];
  const text = read(file);
  test(`${file} becomes the L4Balancers that were reviewed, notes included`, () => {
    assert.equal(formatOf(text), format);
    const { yaml } = written(convert([{ file, text }], format, SETTINGS));
    assert.equal(yaml, read(file.replace(/\.\w+$/, '.golden.yaml')));
  });

  test(`what becomes of ${file} is accepted, and each note is both in the YAML and told`, () => {
    const conversion = convert([{ file, text }], format, SETTINGS);
    const { yaml, notes } = written(conversion);
    for (const resource of documents(yaml))
      assert.deepEqual(parseL4Balancer(resource, 'Refuse').findings, []);
    const inside = notes.filter((note) => !conversion.notes.includes(note));
    assert.ok(inside.length > 0);
    for (const { where, message } of inside) assert.ok(yaml.includes(`# ${where}: ${message}\n`), message);
  });

  test(`any beginning of ${file} is converted or refused, and what is written is accepted`, () => {
    for (let end = 0; end < text.length; end += 7) {
      const conversion = convert([{ file, text: text.slice(0, end) }], format, SETTINGS);
      if (conversion.problems.length > 0) continue;
      for (const resource of documents(written(conversion).yaml))
        assert.deepEqual(parseL4Balancer(resource, 'Refuse').findings, [], `the first ${end} characters`);
    }
  });
}

test('the notes go to standard error, and the exit code says that there are some', async () => {
  const { out, err, exitCode } = await run(['convert', join(FOLDER, FILES.haproxy)]);
  assert.match(out, /^# .*haproxy\.cfg:1: global: daemon, maxconn are about the process of HAProxy$/m);
  assert.match(err, /^! .*haproxy\.cfg:1: global: daemon, maxconn are about the process of HAProxy$/m);
  assert.match(err, /^\d+ things to look at; the YAML has them as comments\n$/m);
  assert.equal(exitCode, 1);
});

for (const width of [80, 200])
  test(`notes fit into ${width} columns`, async () => {
    const { err } = await run(['convert', join(FOLDER, FILES.haproxy)], {}, { width });
    for (const line of err.split('\n')) assert.ok(line.length <= width, line);
  });

test('several files of manifests are read together, and the ports of entry points may be arguments', async () => {
  const route = join(FOLDER, 'route.yaml');
  const alone = await run(['convert', route]);
  assert.match(alone.err, /the port of entry point mongo is not known: give --entry-point mongo=PORT/);
  assert.deepEqual({ code: alone.exitCode, out: alone.out }, { code: 2, out: '' });
  const named = await run(['convert', route, '--entry-point', 'mongo=27017', '--name', 'edge', '-n', 'shop']);
  const together = await run(['convert', route, join(FOLDER, 'static.yaml'), '--name', 'edge', '-n', 'shop']);
  assert.equal(named.out, together.out);
  assert.deepEqual([named.exitCode, named.err], [0, '']);
  const [resource] = documents(named.out) as [{ metadata: object; spec: { listeners: object[] } }];
  assert.deepEqual(resource.metadata, { name: 'edge', namespace: 'shop' });
  assert.deepEqual(resource.spec.listeners, [{ name: 'mongo', port: 27017, backend: 'mongo' }]);
});

const WRONG: readonly { readonly argv: readonly string[]; readonly message: RegExp }[] = [
  { argv: [join(FOLDER, 'missing.cfg')], message: /^Cannot read .*missing\.cfg: there is no such file\n$/ },
  { argv: [FOLDER], message: /is not a file; name the configuration file itself/ },
  { argv: [join(FOLDER, 'static.yaml')], message: /^Cannot tell the format of .*give --from with one of/ },
  { argv: [join(FOLDER, FILES.traefik), '--from', 'nginx'], message: /is not a configuration of nginx/ },
  { argv: [join(FOLDER, FILES.haproxy), '--from', 'caddy'], message: /but got "caddy"/ },
  {
    argv: [join(FOLDER, FILES.traefik), '--entry-point', 'x'],
    message: /"x" is no entry point with its port/,
  },
  { argv: [join(FOLDER, FILES.nginx), join(FOLDER, FILES.nginx)], message: /give one file at a time/ },
  { argv: [], message: /FILE/ },
];

for (const { argv, message } of WRONG)
  test(`convert ${argv.map((one) => one.replace(FOLDER, '.')).join(' ')} is refused, with exit code 2`, async () => {
    const { err, out, exitCode } = await run(['convert', ...argv]);
    assert.match(err, message);
    assert.deepEqual({ out, exitCode }, { out: '', exitCode: 2 });
  });
