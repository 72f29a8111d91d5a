import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { ALERTS } from '../../charts/monitoring/all-alerts.ts';
import { DASHBOARDS } from '../../charts/monitoring/all-dashboards.ts';
import { dashboardJson } from '../../charts/monitoring/dashboard-json.ts';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { podMonitor } from '../../operator/desired/pod-monitor.ts';
import { childLabels } from '../../operator/objects/child-labels.ts';
import { ChildError } from '../../tooling/process/child.ts';
import { owner } from '../operator/owner.ts';
import { CHART, helm, NAMESPACE, RELEASE, type Rendered, render } from './render.ts';

const KINDS = ['PrometheusRule', 'ServiceMonitor', 'PodMonitor', 'ConfigMap'];
const ON = ['serviceMonitor', 'podMonitor', 'rules', 'dashboards'].map(
  (part) => `monitoring.${part}.enabled=true`,
);

// biome-ignore lint/suspicious/noExplicitAny: the kinds have no types here.
type Loose = any;
const of = (objects: readonly Rendered[], kind: string): readonly Loose[] =>
  objects.filter((object) => object.kind === kind);
const alertsOf = (objects: readonly Rendered[]): readonly Loose[] =>
  of(objects, 'PrometheusRule').flatMap(({ spec }) => spec.groups.flatMap((group: Loose) => group.rules));

const refused = async (values: readonly string[], message: RegExp): Promise<void> => {
  await assert.rejects(render(...values), (error: unknown) => {
    assert.ok(error instanceof ChildError);
    assert.match(error.lastLines.join('\n'), message);
    return true;
  });
};

test('nothing for Prometheus or Grafana is created unless it is requested, and then only that', async () => {
  const kinds = (objects: readonly Rendered[]) =>
    objects.map(({ kind }) => kind).filter((kind) => KINDS.includes(kind));
  assert.deepEqual(kinds(await render()), []);
  for (const [part, kind] of [
    ['serviceMonitor', 'ServiceMonitor'],
    ['podMonitor', 'PodMonitor'],
    ['rules', 'PrometheusRule'],
    ['dashboards', 'ConfigMap'],
  ] as const)
    assert.deepEqual(new Set(kinds(await render(`monitoring.${part}.enabled=true`))), new Set([kind]));
});

test('the PrometheusRule has every alert with its texts untouched, and a runbook under the given address', async () => {
  const runbook = 'https://runbooks.test/l4balancer.md';
  const rules = alertsOf(await render(...ON, `monitoring.rules.runbookUrl=${runbook}`));
  assert.deepEqual(
    rules.map(({ alert, expr, annotations, labels, ...rest }) => [
      ...[alert, expr, rest.for, labels.severity, annotations.summary, annotations.description],
      annotations.runbook_url,
    ]),
    ALERTS.map((alert) => [
      ...[alert.name, alert.expr, alert.for, alert.severity, alert.summary, alert.description],
      `${runbook}#${alert.name.toLowerCase()}`,
    ]),
  );
  assert.ok(
    rules.some(({ annotations }) => annotations.summary.includes('{{ $value | humanizePercentage }}')),
  );
});

test('alerts can be left out and labelled, and a name that is none is refused', async () => {
  const left = alertsOf(
    await render(
      ...ON,
      'monitoring.rules.disabled={L4BalancerTuningNotInEffect,L4BalancerNotReady}',
      'monitoring.rules.alertLabels.team=edge',
      'monitoring.rules.alertLabels.severity=none',
    ),
  );
  assert.equal(left.length, ALERTS.length - 2);
  for (const { alert, labels } of left) {
    assert.equal(labels.team, 'edge');
    assert.equal(labels.severity, ALERTS.find(({ name }) => name === alert)?.severity);
  }
  await refused(
    [...ON, 'monitoring.rules.disabled={L4BalancerNoSuchThing}'],
    /there is no alert L4BalancerNoSuchThing/,
  );
});

test('objects have the labels that Prometheus and Grafana select them by', async () => {
  const objects = await render(
    ...ON,
    ...['serviceMonitor', 'podMonitor', 'rules'].map(
      (part) => `monitoring.${part}.labels.release=prometheus`,
    ),
    'monitoring.dashboards.labels.mine=yes',
    'monitoring.dashboards.annotations.grafana_folder=Network',
    'monitoring.dashboards.namespace=grafana',
  );
  for (const kind of ['ServiceMonitor', 'PodMonitor', 'PrometheusRule'])
    assert.deepEqual(
      of(objects, kind).map(({ metadata }) => [metadata.labels.release, metadata.namespace]),
      [['prometheus', NAMESPACE]],
    );
  for (const { metadata } of of(objects, 'ConfigMap')) {
    assert.equal(metadata.namespace, 'grafana');
    assert.deepEqual([metadata.labels.grafana_dashboard, metadata.labels.mine], ['1', 'yes']);
    assert.equal(metadata.annotations.grafana_folder, 'Network');
    assert.equal(metadata.labels['app.kubernetes.io/instance'], RELEASE);
  }
});

test('each dashboard reaches Grafana as it was generated', async () => {
  const maps = of(await render(...ON), 'ConfigMap');
  const texts = maps.flatMap(({ data }) => Object.entries<string>(data));
  assert.deepEqual(
    new Map(texts),
    new Map(
      DASHBOARDS.map((one) => [`${one.uid.replace('l4balancer-', '')}.json`, dashboardJson(one).trim()]),
    ),
  );
  assert.ok(texts.some(([, text]) => text.includes('{{namespace}}/{{balancer}}')));
  assert.equal(new Set(maps.map(({ metadata }) => metadata.name)).size, DASHBOARDS.length);
});

test('the PodMonitor finds the pods of every balancer and gives series the same labels as that of a resource', async () => {
  const [monitor] = of(await render(...ON), 'PodMonitor');
  const labels: Readonly<Record<string, string>> = childLabels('edge');
  for (const [label, value] of Object.entries(monitor.spec.selector.matchLabels))
    assert.equal(labels[label], value, label);
  assert.deepEqual(monitor.spec.namespaceSelector, { any: true });
  const own = podMonitor(owner({ monitoring: { podMonitor: true } }));
  const targets = (spec: Loose) =>
    spec.podMetricsEndpoints[0].relabelings.map((one: Loose) => one.targetLabel ?? one.regex);
  assert.deepEqual(targets(monitor.spec), targets(own?.spec));
  const [inNamespaces] = of(await render(...ON, 'namespaces={shop,edge}'), 'PodMonitor');
  assert.deepEqual(inNamespaces.spec.namespaceSelector, { matchNames: ['shop', 'edge'] });
});

test('the ServiceMonitor selects the Service for metrics, and is refused without it', async () => {
  const objects = await render(...ON);
  const [monitor] = of(objects, 'ServiceMonitor');
  const service = of(objects, 'Service').find(({ metadata }) => metadata.name === `${RELEASE}-metrics`);
  for (const [label, value] of Object.entries(monitor.spec.selector.matchLabels))
    assert.equal(service.metadata.labels[label], value);
  assert.equal(service.spec.ports[0].name, monitor.spec.endpoints[0].port);
  assert.equal(monitor.spec.endpoints[0].honorLabels, true);
  await refused(
    ['monitoring.serviceMonitor.enabled=true', 'metrics.service.enabled=false'],
    /needs metrics\.service\.enabled=true/,
  );
});

test('unknown or invalid values for monitoring are refused with their name', async () => {
  for (const [value, named] of [
    ['monitoring.rule.enabled=true', /rule/],
    ['monitoring.rules.enabled=yes', /enabled/],
    ['monitoring.rules.disabled={NotReady}', /disabled/],
    ['monitoring.rules.runbookUrl=a#b', /runbookUrl/],
    ['monitoring.podMonitor.interval=30', /interval/],
    ['monitoring.dashboards.namespace=Grafana', /namespace/],
  ] as const)
    await refused([value], named);
});

let cluster: ControlPlane;
const folder = mkdtempSync(join(tmpdir(), 'l4b-monitoring-'));
before(async () => {
  cluster = await startControlPlane();
});
after(async () => {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const definition = (kind: string): string => {
  const plural = `${kind.toLowerCase()}s`;
  return stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.monitoring.coreos.com` },
    spec: {
      group: 'monitoring.coreos.com',
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  });
};

test('without Prometheus Operator helm installs nothing and says which kinds are missing; with it, all is installed', async () => {
  const values = join(folder, 'values.yaml');
  const on = { enabled: true };
  writeFileSync(
    values,
    stringify({ monitoring: { serviceMonitor: on, podMonitor: on, rules: on, dashboards: on } }),
  );
  const install = () =>
    helm(
      ['upgrade', '--install', RELEASE, CHART, '-n', NAMESPACE, '--create-namespace', '-f', values],
      cluster.kubeconfig,
    );
  await assert.rejects(install(), (error: unknown) => {
    assert.ok(error instanceof ChildError);
    const text = error.lastLines.join('\n');
    assert.match(
      text,
      /no matches for kind "(PrometheusRule|PodMonitor|ServiceMonitor)" in version "monitoring/,
    );
    assert.match(text, /ensure CRDs are installed first/);
    return true;
  });
  await assert.rejects(cluster.run(['get', 'deployment', RELEASE, '-n', NAMESPACE]), /not ?found/i);
  for (const kind of KINDS.slice(0, 3)) {
    await cluster.run(['apply', '-f', '-'], definition(kind));
    await cluster.run([
      ...['wait', '--for=condition=Established', '--timeout=60s'],
      `crd/${kind.toLowerCase()}s.monitoring.coreos.com`,
    ]);
  }
  await install();
  const names = await cluster.run([
    'get',
    'prometheusrules,servicemonitors,podmonitors,configmaps',
    '-n',
    NAMESPACE,
    '-o',
    'name',
  ]);
  for (const name of ['prometheusrule', 'servicemonitor', 'podmonitor', 'fleet', 'balancer', 'operator'])
    assert.match(names, new RegExp(name));
});
