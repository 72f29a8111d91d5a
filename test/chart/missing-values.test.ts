import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { CHART, helm, NAMESPACE, RELEASE } from './render.ts';

// `helm upgrade --reuse-values` passes only the values of the release to a chart, without those that a newer
// chart has added.

type Values = Record<string, unknown>;
const isMap = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const folder = mkdtempSync(join(tmpdir(), 'l4b-chart-'));
after(() => rmSync(folder, { recursive: true }));

const VALUES: Values = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
/** Paths of all keys, except below resources, where a missing key means that it was removed. */
const keysOf = (values: Values, path: readonly string[] = []): readonly (readonly string[])[] =>
  Object.entries(values).flatMap(([key, value]) => {
    const own = [...path, key];
    return isMap(value) && key !== 'resources' ? [own, ...keysOf(value, own)] : [own];
  });

const without = (path: readonly string[]): Values => {
  const copy = structuredClone(VALUES);
  const last = path.at(-1) ?? assert.fail();
  const parent = path.slice(0, -1).reduce<Values>((at, key) => at[key] as Values, copy);
  delete parent[last];
  return copy;
};

/** The rendered chart, including its notes, with the given values.yaml. */
const rendered = async (values: Values, name: string, ...more: readonly string[]): Promise<string> => {
  const chart = join(folder, name);
  cpSync(CHART, chart, { recursive: true });
  writeFileSync(join(chart, 'values.yaml'), stringify(values));
  const argv = [
    'install',
    RELEASE,
    chart,
    '--namespace',
    NAMESPACE,
    '--dry-run=client',
    '--output',
    'json',
    ...more,
  ];
  const { manifest, info } = JSON.parse(await helm(argv)) as { manifest: string; info: { notes: string } };
  rmSync(chart, { recursive: true });
  return `${manifest}\n${info.notes}`;
};

test('the chart renders the same without any one of its values, since each has its default', async () => {
  const keys = keysOf(VALUES);
  assert.ok(keys.length > 30, `${keys.length}`);
  // Two replicas also render the parts that a single one does not have.
  for (const more of [[], ['--set', 'replicas=2']]) {
    const whole = await rendered(VALUES, 'whole', ...more);
    const others = keys.filter(([first]) => more.length === 0 || first !== 'replicas');
    const waiting = [...others.entries()];
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [index, path] = next;
        assert.equal(await rendered(without(path), `without-${index}`, ...more), whole, path.join('.'));
      }
    };
    await Promise.all([work(), work(), work()]);
  }
});

test('the chart renders the same with only an image set, as for a release that had no other value', async () => {
  const { image } = VALUES;
  assert.equal(await rendered({ image }, 'image'), await rendered(VALUES, 'whole'));
});

test('values that are false, empty or removed are not replaced by defaults', async () => {
  const text = await rendered(
    VALUES,
    'whole',
    ...['crds.install=false', 'rbac.aggregate=false', 'resources.limits.memory=null', 'image.tag='].flatMap(
      (value) => ['--set', value],
    ),
  );
  assert.doesNotMatch(text, /kind: CustomResourceDefinition|aggregate-to|memory: 512Mi|helm uninstall keeps/);
  assert.match(text, /memory: 128Mi/);
});
