import type { LiveReport } from '../../report/live.ts';
import { hostPort } from './format.ts';

/** What the widths of the picture stand for. */
export type Measure = 'bytes' | 'connections' | 'open';

export type NodeKind = 'listener' | 'backend' | 'endpoint' | 'rest';

export interface FlowNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
  readonly isOut: boolean;
  readonly amount: number;
}

export interface FlowLink {
  readonly source: string;
  readonly target: string;
  /** What the picture draws: never 0, so that an idle way is seen as well. */
  readonly value: number;
  readonly amount: number;
}

export interface FlowGraph {
  readonly nodes: readonly FlowNode[];
  readonly links: readonly FlowLink[];
}

/** In one column; the others are drawn as one. */
const MOST_NODES = 14;
/** The width of an idle way, as a share of all. */
const IDLE = 1 / 400;
const REST = ' others';

interface Way {
  readonly listener: string;
  readonly backend: string;
  readonly amount: number;
}

type Measured = { readonly received: number; readonly sent: number; readonly connections: number };

const amountOf = (measure: Measure, one: Measured & { readonly open: number }): number => {
  switch (measure) {
    case 'bytes':
      return one.received + one.sent;
    case 'connections':
      return one.connections;
    case 'open':
      return one.open;
    default:
      measure satisfies never;
      return 0;
  }
};

/**
 * From which listener to which backend. Of a listener with several, its own figure is split up in the ratio
 * of theirs, because nothing counts the pairs.
 */
const waysOf = (report: LiveReport, measure: Measure): readonly Way[] => {
  const rates = new Map(report.listeners.map((one) => [one.name, one]));
  const backends = new Map(report.backends.map((one) => [one.name, amountOf(measure, one)]));
  return report.summary.listeners.flatMap(({ name, open, backend, routedTo = [] }) => {
    const live = rates.get(name);
    const amount = live === undefined ? 0 : amountOf(measure, { ...live, open });
    const targets = [...new Set([...(backend === undefined ? [] : [backend]), ...routedTo])];
    const all = targets.reduce((sum, target) => sum + (backends.get(target) ?? 0), 0);
    return targets.map((target) => ({
      listener: name,
      backend: target,
      amount: amount * (all === 0 ? 1 / targets.length : (backends.get(target) ?? 0) / all),
    }));
  });
};

/** Names with the largest sums, in the order given, which keeps the picture still, and how many are left. */
const largest = (all: readonly (readonly [name: string, amount: number])[]) => {
  const sums = new Map<string, number>();
  for (const [name, amount] of all) sums.set(name, (sums.get(name) ?? 0) + amount);
  if (sums.size <= MOST_NODES) return { shown: new Set(sums.keys()), hidden: 0 };
  const sorted = [...sums].sort(([, a], [, b]) => b - a).slice(0, MOST_NODES - 1);
  const top = new Set(sorted.map(([name]) => name));
  return { shown: new Set([...sums.keys()].filter((name) => top.has(name))), hidden: sums.size - top.size };
};

interface Part {
  readonly backend: string;
  readonly endpoint: string;
  readonly label: string;
  readonly amount: number;
  readonly isOut: boolean;
}

const endpointAmount = (measure: Measure, one: LiveReport['busiest'][number]): number =>
  measure === 'bytes' ? one.bytes : measure === 'connections' ? one.rate : one.open;

/** The busiest endpoints and those that are out of service, as many as fit. */
const partsOf = (report: LiveReport, measure: Measure): readonly Part[] => {
  const out = report.out.endpoints.map((one) => ({ ...one, isOut: true }));
  const names = new Set(out.map((one) => `${one.backend} ${hostPort(one)}`));
  const busy = report.busiest
    .filter((one) => !names.has(`${one.backend} ${hostPort(one)}`))
    .map((one) => ({ ...one, isOut: false }))
    .sort((a, b) => endpointAmount(measure, b) - endpointAmount(measure, a));
  return [...busy.slice(0, MOST_NODES - Math.min(out.length, MOST_NODES / 2)), ...out]
    .slice(0, MOST_NODES)
    .map((one) => ({
      backend: one.backend,
      endpoint: `${one.backend} ${hostPort(one)}`,
      label: hostPort(one),
      amount: endpointAmount(measure, one),
      isOut: one.isOut,
    }));
};

/** The picture of one moment: nodes with their labels, and ways with their widths. */
export const flowGraph = (report: LiveReport, measure: Measure, withEndpoints: boolean): FlowGraph => {
  const ways = waysOf(report, measure);
  const listeners = largest(ways.map(({ listener, amount }) => [listener, amount]));
  const backends = largest(ways.map(({ backend, amount }) => [backend, amount]));
  const links = new Map<string, { source: string; target: string; amount: number }>();
  const join = (source: string, target: string, amount: number): void => {
    const known = links.get(`${source}\n${target}`);
    if (known === undefined) links.set(`${source}\n${target}`, { source, target, amount });
    else known.amount += amount;
  };
  const backendId = (name: string): string => `backend ${backends.shown.has(name) ? name : REST}`;
  const left = new Map<string, number>();
  for (const { listener, backend, amount } of ways) {
    join(`listener ${listeners.shown.has(listener) ? listener : REST}`, backendId(backend), amount);
    if (backends.shown.has(backend)) left.set(backend, (left.get(backend) ?? 0) + amount);
  }
  const ports = new Map(report.summary.listeners.map(({ name, port }) => [name, port]));
  const nodes: FlowNode[] = [];
  const add = (kind: NodeKind, id: string, label: string, isOut = false): void => {
    const sum = (side: 'source' | 'target') =>
      [...links.values()].reduce((all, link) => all + (link[side] === id ? link.amount : 0), 0);
    nodes.push({ id, kind, label, isOut, amount: Math.max(sum('source'), sum('target')) });
  };
  const parts = withEndpoints ? partsOf(report, measure).filter(({ backend }) => left.has(backend)) : [];
  for (const { backend, endpoint, amount } of parts) {
    join(`backend ${backend}`, `endpoint ${endpoint}`, amount);
    left.set(backend, Math.max(0, (left.get(backend) ?? 0) - amount));
  }
  const restOf = otherEndpoints(report, parts, left, withEndpoints);
  for (const { backend, amount } of restOf) join(`backend ${backend}`, `rest ${backend}`, amount);
  for (const name of listeners.shown)
    add('listener', `listener ${name}`, `${name} :${ports.get(name) ?? ''}`);
  if (listeners.hidden > 0) add('rest', `listener ${REST}`, `${listeners.hidden} other listeners`);
  for (const name of backends.shown) add('backend', `backend ${name}`, name);
  if (backends.hidden > 0) add('rest', `backend ${REST}`, `${backends.hidden} other backends`);
  // In the order of the backends.
  for (const name of left.keys()) {
    const own = parts.filter(({ backend }) => backend === name).sort((a, b) => (a.label < b.label ? -1 : 1));
    for (const { endpoint, label, isOut } of own) add('endpoint', `endpoint ${endpoint}`, label, isOut);
    for (const { label } of restOf.filter(({ backend }) => backend === name))
      add('rest', `rest ${name}`, label);
  }
  return { nodes, links: widths([...links.values()]) };
};

/** What of each backend is not drawn by itself. */
const otherEndpoints = (
  { summary }: LiveReport,
  parts: readonly Part[],
  left: ReadonlyMap<string, number>,
  withEndpoints: boolean,
) =>
  withEndpoints
    ? summary.backends
        .filter(({ name }) => left.has(name))
        .flatMap(({ name, counts }) => {
          const others = counts.endpoints - parts.filter(({ backend }) => backend === name).length;
          if (others <= 0) return [];
          const label = others === counts.endpoints ? `${others} of ${name}` : `${others} more of ${name}`;
          return [{ backend: name, label, amount: left.get(name) ?? 0 }];
        })
    : [];

const widths = (
  links: readonly { source: string; target: string; amount: number }[],
): readonly FlowLink[] => {
  const total = links.reduce((sum, { amount }) => sum + amount, 0);
  const least = total === 0 ? 1 : total * IDLE;
  return links.map((link) => ({ ...link, value: Math.max(link.amount, least) }));
};
