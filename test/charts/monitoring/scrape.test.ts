import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DASHBOARDS } from '../../../charts/monitoring/all-dashboards.ts';
import { operatorMetrics, proxyMetrics } from '../../../scripts/docs/metrics.ts';
import { runChild } from '../../../tooling/process/child.ts';
import { until } from '../../../tooling/wait/until.ts';
import { allowLease, LEASE_NAMESPACE, OPERATOR } from '../../operator/integration/rights.ts';
import { endedDaysAgo, selfSigned } from '../../proxy/certificates.ts';
import { parsePrometheus } from '../../proxy/metrics/prometheus-text.ts';
import { Alarms, WITHIN_MS } from './alarms.ts';
import { type Mischief, startClients } from './clients.ts';
import { type MonitoredWorld, startMonitoredWorld } from './monitored-world.ts';
import type { Series } from './prometheus.ts';
import { promtoolProgram, WITH_PROMETHEUS } from './prometheus-programs.ts';
import { asked } from './shortened.ts';

/** How long a certificate is valid that is about to expire: some scrapes. */
const LAST_SECONDS = 10;

let here: MonitoredWorld;
let alarms: Alarms;
let stopClients: () => Promise<void> = async () => undefined;
const mischief = new Set<Mischief>();

before(async () => {
  if (WITH_PROMETHEUS.skip !== false) return;
  here = await startMonitoredWorld();
  alarms = new Alarms(here.prometheus);
  stopClients = startClients(here.ports, mischief);
});
after(async () => {
  await stopClients();
  await here?.close();
});

const panels = DASHBOARDS.flatMap(({ uid, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => ({ of: `${uid}: ${panel.title}`, panel }))),
);

/** A panel of the operator's dashboard is about the namespace of the operator. */
const askedOf = (of: string, expr: string): string =>
  asked(expr, {
    namespace: of.startsWith('l4balancer-operator') ? LEASE_NAMESPACE : here.namespace,
    balancer: 'edge',
    pod: '.*',
  });

const hasData = (found: readonly Series[]): boolean =>
  found.some(({ values }) => values.some(([, value]) => value !== 'NaN'));

test('promtool finds nothing wrong with the metrics of both programs', WITH_PROMETHEUS, async () => {
  for (const page of [await here.proxyPage(), await here.operatorPage()])
    assert.equal(await runChild([promtoolProgram(), 'check', 'metrics'], { input: page }), '');
});

test(
  'all that both programs export is in the reference of metrics, with its type and labels',
  WITH_PROMETHEUS,
  async () => {
    for (const [page, declared] of [
      [await here.proxyPage(), proxyMetrics()],
      [await here.operatorPage(), operatorMetrics()],
    ] as const) {
      const families = parsePrometheus(page).filter(({ name }) => !/^(process|nodejs)_/.test(name));
      assert.ok(families.length > 20);
      for (const { name, type, samples } of families) {
        const known =
          declared.find((metric) => metric.name === name) ?? assert.fail(`${name} is not declared`);
        assert.equal(type, known.type, name);
        const labels = [...samples.keys()].flatMap((series) =>
          [...series.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/(\w+)=""/g)].map(
            ([, label = '']) => label,
          ),
        );
        for (const label of new Set(labels))
          assert.ok(label === 'le' || known.labels.includes(label), `${name} has a label ${label}`);
      }
    }
  },
);

test(
  'Prometheus finds both programs by the configuration of the documentation, with the labels that alerts need',
  WITH_PROMETHEUS,
  async () => {
    const targets = await until('both are scraped', async () => {
      const up = await here.prometheus.targets();
      return up.length === 2 && up;
    });
    const { namespace, pod } = here;
    assert.partialDeepStrictEqual(
      targets.find(({ balancer }) => balancer !== undefined),
      { namespace, pod, balancer: 'edge' },
    );
    assert.partialDeepStrictEqual(
      targets.find(({ balancer }) => balancer === undefined),
      { namespace: LEASE_NAMESPACE, pod: 'operator-a' },
    );
  },
);

test(
  'in health each panel has data, but for those that say what is wrong, and no alert fires that wakes anybody',
  WITH_PROMETHEUS,
  async () => {
    // Something to reconcile, and to publish.
    await here.patch([{ op: 'add', path: '/spec/accessLog', value: { mode: 'Errors' } }]);
    let empty: readonly string[] = [];
    await until(
      'each panel has data',
      async () => {
        const answers = await Promise.all(
          panels
            .filter(({ panel }) => panel.whenEmpty === undefined)
            .map(async ({ of, panel }) => {
              const found = await Promise.all(
                panel.queries.map(({ expr }) => here.prometheus.queryAll(askedOf(of, expr))),
              );
              return found.some(hasData) ? undefined : of;
            }),
        );
        empty = answers.flatMap((of) => of ?? []);
        return empty.length === 0;
      },
      // Each check asks for the whole time.
      { withinMs: WITHIN_MS, everyMs: 1_000, seen: () => empty },
    );
    await alarms.untilQuiet();
  },
);

test(
  'clients that cannot be connected, and those that a limit refuses, fire alerts until they are gone',
  WITH_PROMETHEUS,
  async () => {
    for (const one of ['dead', 'tight', 'odd'] as const) mischief.add(one);
    await alarms.fires('L4BalancerConnectionsFail', { listener: 'dead', balancer: 'edge' });
    await alarms.fires('L4BalancerLimitRefuses', { listener: 'tight' });
    mischief.clear();
    await alarms.stop('L4BalancerConnectionsFail', 'L4BalancerLimitRefuses');
  },
);

test(
  'a backend whose endpoints are all drained fires alerts until they are taken back',
  WITH_PROMETHEUS,
  async () => {
    const { world, namespace } = here;
    const edge = await world.get('l4balancer.dev/v1alpha1', 'L4Balancer', namespace, 'edge');
    const drained = [0, 1].map((backend) => ({
      op: 'add',
      path: `/spec/backends/${backend}/drained`,
      value: [`127.0.0.1:${edge?.spec.backends[backend].endpoints[0].port}`],
    }));
    await here.patch(drained);
    await alarms.fires('L4BalancerNoEndpoint', { listener: 'web', namespace, balancer: 'edge' });
    await alarms.fires('L4BalancerNoEndpoint', { listener: 'dns' });
    await alarms.fires('L4BalancerNotReady', { namespace, name: 'edge' });
    await here.patch(drained.map(({ path }) => ({ op: 'remove', path })));
    await alarms.stop('L4BalancerNoEndpoint', 'L4BalancerNotReady');
  },
);

test(
  'a certificate near its end fires an alert, as do one that has expired and one that cannot be used, until there is a good one',
  WITH_PROMETHEUS,
  async () => {
    await here.certify(endedDaysAgo('web.test', -LAST_SECONDS / 86_400));
    await alarms.fires('L4BalancerCertificateExpires', { name: 'web-tls', balancer: 'edge' });
    await alarms.fires('L4BalancerCertificateExpired', { name: 'web-tls' });
    await here.certify({ ...selfSigned(['web.test']), key: selfSigned(['web.test']).key });
    await alarms.fires('L4BalancerCertificateUnusable', { name: 'web-tls' });
    await here.certify(selfSigned(['web.test']));
    await alarms.stop(
      'L4BalancerCertificateExpired',
      'L4BalancerCertificateExpires',
      'L4BalancerCertificateUnusable',
    );
  },
);

test(
  'a backend of which half of the endpoints fail their checks fires an alert until they are taken out',
  WITH_PROMETHEUS,
  async () => {
    const hold = '/spec/backends/2';
    await here.patch([
      // Nobody listens at port 1.
      { op: 'add', path: `${hold}/endpoints/-`, value: { address: '127.0.0.1', port: 1 } },
      { op: 'add', path: `${hold}/healthCheck`, value: { type: 'TCP', interval: '500ms', timeout: '500ms' } },
    ]);
    await alarms.fires('L4BalancerEndpointsUnhealthy', { backend: 'hold', balancer: 'edge' });
    await here.patch([
      { op: 'remove', path: `${hold}/endpoints/1` },
      { op: 'remove', path: `${hold}/healthCheck` },
    ]);
    await alarms.stop('L4BalancerEndpointsUnhealthy');
  },
);

test(
  'an operator that is refused its Lease fires an alert until it is allowed again',
  WITH_PROMETHEUS,
  async () => {
    await here.world.cp.run(['delete', 'rolebinding', OPERATOR, `--namespace=${LEASE_NAMESPACE}`]);
    await alarms.fires('L4BalancerOperatorNotReady', { namespace: LEASE_NAMESPACE });
    await allowLease(here.world.cp);
    await alarms.stop('L4BalancerOperatorNotReady');
  },
);

test('a proxy that cannot reach the API server fires an alert until it can', WITH_PROMETHEUS, async () => {
  await here.network.refuse();
  await alarms.fires('L4BalancerSourceLost', { pod: here.pod, balancer: 'edge' });
  await here.network.accept();
  await alarms.stop('L4BalancerSourceLost');
});

test('a Lease that is held by somebody else fires an alert until it is free', WITH_PROMETHEUS, async () => {
  const hold = (holderIdentity: string) =>
    here.world.kubectl(
      ...['patch', 'lease', 'l4balancer-operator', '-n', LEASE_NAMESPACE, '--type=merge', '-p'],
      JSON.stringify({
        spec: {
          holderIdentity,
          leaseDurationSeconds: 3600,
          renewTime: new Date().toISOString().replace('Z', '000Z'),
        },
      }),
    );
  await hold('somebody');
  await alarms.fires('L4BalancerOperatorNoLeader', { namespace: LEASE_NAMESPACE });
  await hold('');
  await alarms.stop('L4BalancerOperatorNoLeader');
});

test(
  'a proxy that stands still fires the alerts about those that the operator cannot read, until it goes on',
  WITH_PROMETHEUS,
  async () => {
    const { namespace } = here;
    // Else there is nothing to withhold.
    await here.world.eventually('the limit to be shared out', async () =>
      ((await here.world.status(namespace, 'edge'))?.limits ?? []).some(({ shares }) =>
        shares.some(({ share }) => share === 2),
      ),
    );
    here.proxy.program.child.kill('SIGSTOP');
    await here.patch([{ op: 'replace', path: '/spec/listeners/3/limits/connections', value: 1 }]);
    await alarms.fires('L4BalancerProxiesUnread', { namespace, name: 'edge' });
    await alarms.fires('L4BalancerSharesWithheld', { namespace, name: 'edge' });
    here.proxy.program.child.kill('SIGCONT');
    await alarms.stop('L4BalancerProxiesUnread', 'L4BalancerSharesWithheld');
  },
);

test(
  'an operator that is refused what it writes fires an alert until that is allowed',
  WITH_PROMETHEUS,
  async () => {
    const { namespace, world } = here;
    const resource = async (kind: string, spec: object): Promise<void> => {
      const metadata = { name: 'frozen' };
      const object = { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata, spec };
      await world.cp.run(['create', '-f', '-'], JSON.stringify(object));
    };
    const rule = {
      apiGroups: ['apps'],
      apiVersions: ['v1'],
      operations: ['UPDATE'],
      resources: ['deployments'],
    };
    await resource('ValidatingAdmissionPolicy', {
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: 'false', message: 'nothing is changed before the holidays' }],
    });
    await resource('ValidatingAdmissionPolicyBinding', {
      policyName: 'frozen',
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    });
    // The API server takes a while to follow a new policy.
    const label = ['label', 'deployment', 'l4b-edge', `--namespace=${namespace}`, 'a=b', '--dry-run=server'];
    await world.eventually('the policy to be in force', () =>
      world.cp.run(label).then(
        () => false,
        () => true,
      ),
    );
    const scaleTo = (value: number) =>
      here.patch([{ op: 'add', path: '/spec/workload', value: { replicas: value } }]);
    await scaleTo(2);
    await alarms.fires('L4BalancerOperatorReconcileErrors', { namespace: LEASE_NAMESPACE });
    await scaleTo(1);
    for (const kind of ['validatingadmissionpolicybinding', 'validatingadmissionpolicy'])
      await world.cp.run(['delete', kind, 'frozen']);
    await alarms.stop('L4BalancerOperatorReconcileErrors');
  },
);

test(
  'a namespace that the operator has no rights in fires an alert until it has',
  WITH_PROMETHEUS,
  async () => {
    const { namespace, world } = here;
    const user = 'namespaced';
    const elsewhere = await world.newNamespace();
    const allow = (where: string) =>
      world.cp.run([
        ...['create', 'rolebinding', user, `--namespace=${where}`],
        ...['--clusterrole=l4balancer-operator', `--user=${user}`],
      ]);
    await allow(namespace);
    await allowLease(world.cp, user);
    await here.operator().stop();
    await here.startOperator([`--namespaces=${namespace},${elsewhere}`], world.cp.userKubeconfig(user));
    await alarms.fires('L4BalancerOperatorNamespaceNotFollowed', { namespace: elsewhere });
    await allow(elsewhere);
    await alarms.stop('L4BalancerOperatorNamespaceNotFollowed');
  },
);

test('an operator that is gone fires an alert until it is back', WITH_PROMETHEUS, async () => {
  await here.operator().stop('SIGKILL');
  await alarms.fires('L4BalancerOperatorDown');
  await here.startOperator();
  await alarms.stop('L4BalancerOperatorDown');
});

test(
  'after all that, each query of each panel has had data, and no text of an alert lacks a value',
  WITH_PROMETHEUS,
  async () => {
    for (const { of, panel } of panels)
      for (const { expr } of panel.queries)
        assert.ok(hasData(await here.prometheus.queryAll(askedOf(of, expr))), `${of} has no data: ${expr}`);
    await alarms.untilQuiet();
    alarms.assertWholeTexts();
    assert.ok(alarms.seen.size >= 17, `${[...alarms.seen.keys()]}`);
  },
);
