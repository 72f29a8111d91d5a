import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Status } from '../../crds/status.ts';
import type { TuningEntry } from '../../report/status.ts';
import type { Pod } from '../objects/pod.ts';
import type { Gate } from '../rollout/gate.ts';
import type { Refusal } from '../sysctls/refused-pod.ts';
import { listed, plural } from '../text/lists-and-counts.ts';
import { stable } from '../text/stable.ts';
import { capabilityRefusals } from './check-containers.ts';
import type { Reading } from './reading.ts';

type Row = NonNullable<Status['tuning']>[number];

export interface TuningInput {
  readonly spec: L4BalancerSpec;
  readonly readings: readonly Reading[];
  readonly gate: Gate;
  /** Pods of the newest revision. */
  readonly pods: readonly Pod[];
}

/** Limit of the schema. */
const MOST_ROWS = 64;

/**
 * The requested and the effective value of each knob, sorted by name: that of the replica that is worst off,
 * and those that kept a replica from starting.
 */
export const tuningTable = (input: TuningInput): readonly Row[] => {
  const rows = new Map<string, Row>();
  for (const row of [
    ...reported(input),
    ...refusedSysctls(input),
    ...refusedCapabilities(input),
    ...unreachable(input),
  ])
    rows.set(row.name, row);
  return [...rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, MOST_ROWS);
};

interface NodeKnob {
  readonly node: string;
  readonly knob: TuningEntry;
}

const reported = ({ spec, readings }: TuningInput): readonly Row[] => {
  const byName = new Map<string, NodeKnob[]>();
  for (const reading of readings) {
    if (reading.kind !== 'Read') continue;
    for (const knob of reading.knobs) {
      const entry = { node: reading.node, knob: { ...knob, effective: withoutSource(knob.effective) } };
      const others = byName.get(knob.name);
      if (others === undefined) byName.set(knob.name, [entry]);
      else others.push(entry);
    }
  }
  const { hostNetwork } = effectiveTuning(spec);
  return [...byName].map(([name, entries]) => worst(name, entries, hostNetwork));
};

/** The value without the file that it was read from, which can differ from pod to pod. */
const withoutSource = (effective: string): string => effective.replace(/ \(\/[^)]*\)$/, '');

const worst = (name: string, entries: readonly NodeKnob[], hostNetwork: boolean): Row => {
  const [first, ...others] = [...entries].sort(
    (a, b) => rank(a.knob) - rank(b.knob) || compare(a.knob, b.knob),
  );
  if (first === undefined) throw new RangeError(`No replica has reported ${name}`);
  const { knob } = first;
  const alike = [first, ...others].filter((one) => compare(one.knob, knob) === 0 && one.knob.ok === knob.ok);
  const nodes = alike.map(({ node }) => node).filter((node) => node !== '');
  const isOfNode = hostNetwork && name.startsWith('net.');
  const where =
    knob.ok || nodes.length === 0 || (alike.length === entries.length && !isOfNode)
      ? ''
      : `${plural(new Set(nodes).size, 'Node')} ${listed(nodes)}: `;
  const hint =
    isOfNode && knob.asked !== undefined
      ? `set it on the node, whose network the pod uses: sysctl -w ${name}="${knob.asked}", and in /etc/sysctl.d to make it permanent.`
      : knob.hint;
  return {
    name,
    ...(knob.asked === undefined ? {} : { asked: knob.asked }),
    effective: knob.effective,
    ok: knob.ok,
    ...(knob.ok || hint === undefined ? {} : { hint: `${where}${hint}` }),
  };
};

const rank = ({ ok }: TuningEntry): number => (ok ? 1 : 0);

const compare = (a: TuningEntry, b: TuningEntry): number => {
  const [left, right] = [a, b].map(({ asked = '', effective, hint = '' }) => `${effective} ${asked} ${hint}`);
  return left === right ? 0 : (left ?? '') < (right ?? '') ? -1 : 1;
};

const refusalsOf = (gate: Gate): readonly Refusal[] => {
  switch (gate.kind) {
    case 'Held':
      return gate.refusals;
    case 'Stop':
      return gate.record.refusals;
    case 'Open':
    case 'Trying':
      return [];
    default:
      return gate satisfies never;
  }
};

const refusedSysctls = ({ spec, gate }: TuningInput): readonly Row[] => {
  const refusals = refusalsOf(gate);
  return effectiveTuning(spec).sysctls.flatMap(({ name, value }) => {
    const nodes = refusals.filter(({ sysctls }) => sysctls.includes(name)).map(({ node }) => node);
    if (nodes.length === 0) return [];
    const who = `${plural(new Set(nodes).size, 'node')} ${listed(nodes)}`;
    return [
      {
        name,
        asked: value,
        effective: `refused by ${who}`,
        ok: false,
        hint: `Add it to allowedUnsafeSysctls in the kubelet's configuration of ${who}, or set tuning.sysctlMethod: InitContainer.`,
      },
    ];
  });
};

const refusedCapabilities = ({ spec, pods }: TuningInput): readonly Row[] => {
  const nodes = capabilityRefusals(pods);
  if (nodes.length === 0) return [];
  const who = `${plural(new Set(nodes).size, 'node')} ${listed(nodes)}`;
  return [
    {
      name: 'capabilities',
      asked: effectiveTuning(spec).capabilities.join(', '),
      effective: `refused by ${who}`,
      ok: false,
      hint: `Set tuning.capabilities: [], and tuning.fileDescriptors to the container runtime's limit; or allow them on ${who}.`,
    },
  ];
};

/** A row for replicas whose report is missing, so that the table is not mistaken for complete. */
const unreachable = ({ readings, spec }: TuningInput): readonly Row[] => {
  const polled = readings.filter(({ kind }) => kind !== 'NotPolled');
  const failed = polled
    .filter((reading) => reading.kind === 'Failed')
    .sort((a, b) => (a.pod < b.pod ? -1 : 1));
  const [first] = failed;
  if (first === undefined) return [];
  const reporting = polled.length - failed.length;
  return [
    {
      name: 'status of the proxies',
      effective: `reported by ${reporting} of ${polled.length} ${plural(polled.length, 'pod')}`,
      ok: false,
      hint: `Pod ${first.pod} on node ${first.node}: ${stable(first.why)} The operator must be able to reach port ${spec.workload.adminPort} of the pods: check for a NetworkPolicy that blocks it.`,
    },
  ];
};
