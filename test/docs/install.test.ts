import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseAllDocuments, stringify } from 'yaml';
import { runChild } from '../../tooling/process/child.ts';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { CHART, helm, NAMESPACE, one, parseDocuments, RELEASE, type Rendered } from '../chart/render.ts';
import { blocksOfPage, blockWith } from './page.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-install-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const VERSION = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')).version;
const IMAGES = [
  `registry.example/l4balancer-operator:${VERSION}`,
  `--proxy-image=registry.example/l4balancer-proxy:${VERSION}`,
];

/** The operator's image and the one that it is told to give to proxies. */
const imagesOf = (objects: readonly Rendered[]): readonly string[] => {
  const [container] = one(objects, 'Deployment').spec?.template.spec.containers ?? [];
  return [container?.image ?? '', container?.args.find((arg) => arg.startsWith('--proxy-image=')) ?? ''];
};

/** The chart's objects with the values that a GitOps tool would give it. */
const rendered = async (values: object): Promise<readonly Rendered[]> => {
  const file = join(folder, 'values.yaml');
  writeFileSync(file, stringify(values));
  return parseDocuments(await helm(['template', RELEASE, CHART, '--namespace', NAMESPACE, '--values', file]));
};

/** The object of this kind that docs/install.md shows. */
const shown = <T>(kind: string): T => {
  const found = blocksOfPage('install.md', 'yaml')
    .flatMap((body) => parseAllDocuments(body).map((document) => document.toJS() as { kind?: string } | null))
    .find((object) => object?.kind === kind);
  return (found ?? assert.fail(`docs/install.md shows no ${kind}`)) as T;
};

test('the Argo CD Application of docs/install.md names the existing chart and sets values that it has', async () => {
  const { spec } = shown<{
    spec: {
      source: { path: string; helm: { valuesObject: object } };
      destination: { namespace: string };
    };
  }>('Application');
  assert.ok(existsSync(join(REPOSITORY, spec.source.path, 'Chart.yaml')));
  assert.equal(spec.destination.namespace, NAMESPACE);
  assert.deepEqual(imagesOf(await rendered(spec.source.helm.valuesObject)), IMAGES);
});

test('the Flux HelmRelease of docs/install.md names the existing chart and sets values that it has', async () => {
  const { spec } = shown<{
    spec: {
      releaseName: string;
      targetNamespace: string;
      chart: { spec: { chart: string; sourceRef: { kind: string; name: string } } };
      values: object;
    };
  }>('HelmRelease');
  assert.ok(existsSync(join(REPOSITORY, spec.chart.spec.chart, 'Chart.yaml')));
  const { kind, name } = spec.chart.spec.sourceRef;
  assert.equal(shown<{ metadata: { name: string } }>(kind).metadata.name, name);
  assert.deepEqual([spec.releaseName, spec.targetNamespace], [RELEASE, NAMESPACE]);
  assert.deepEqual(imagesOf(await rendered(spec.values)), IMAGES);
});

test('the command of docs/install.md replaces the image names in install.yaml', async () => {
  const command = blockWith('install.md', 'sh', "sed -e 's#image:");
  const file = join(folder, 'my-install.yaml');
  await runChild(['sh', '-c', command.replace('> my-install.yaml', `> ${file}`)], { cwd: REPOSITORY });
  assert.deepEqual(imagesOf(parseDocuments(readFileSync(file, 'utf8'))), IMAGES);
});
