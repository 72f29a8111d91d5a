import type { Balancer } from '../cluster/balancers.ts';
import type { Style } from '../print/style.ts';
import { type Column, table } from '../print/table.ts';
import { ageOf } from '../print/units.ts';
import { readyTone } from './condition-tone.ts';

export interface ListOptions {
  readonly width: number | undefined;
  readonly style: Style;
  readonly now: number;
  readonly showNamespace: boolean;
  readonly wide: boolean;
}

const conditionOf = ({ status }: Balancer, type: string) =>
  status?.conditions?.find((condition) => condition.type === type);

export const isReady = (balancer: Balancer): boolean => conditionOf(balancer, 'Ready')?.status === 'True';

const endpointsOf = ({ status }: Balancer): string => {
  const known = (status?.listeners ?? []).filter(({ endpoints }) => endpoints !== undefined);
  if (known.length === 0) return '';
  const usable = known.reduce((sum, { readyEndpoints = 0 }) => sum + readyEndpoints, 0);
  return `${usable}/${known.reduce((sum, { endpoints = 0 }) => sum + endpoints, 0)}`;
};

/** Says what keeps a balancer from being Ready, or else its warnings; empty if there is nothing to say. */
const messageOf = (balancer: Balancer): string => {
  const [ready, warnings] = [conditionOf(balancer, 'Ready'), conditionOf(balancer, 'Warnings')];
  const { observedGeneration } = balancer.status ?? {};
  if (ready === undefined || observedGeneration === -1) return 'No operator has acted on it yet.';
  if (ready.status !== 'True') return ready.message;
  return warnings?.status === 'True' ? warnings.message : '';
};

/** Lines of the list of balancers. */
export const listLines = (
  balancers: readonly Balancer[],
  { width, style, now, showNamespace, wide }: ListOptions,
): readonly string[] => {
  const columns: readonly Column<Balancer>[] = [
    ...(showNamespace
      ? [{ title: 'NAMESPACE', cell: ({ metadata }: Balancer) => metadata.namespace ?? '' }]
      : []),
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    {
      title: 'READY',
      cell: (one) => {
        const status = conditionOf(one, 'Ready')?.status ?? 'Unknown';
        return { text: status, tone: readyTone(status) };
      },
    },
    { title: 'REASON', cell: (one) => conditionOf(one, 'Ready')?.reason ?? '' },
    {
      title: 'WARNINGS',
      spare: 1,
      cell: (one) => {
        const found = conditionOf(one, 'Warnings');
        return found?.status === 'True' ? { text: found.reason, tone: 'warn' } : '';
      },
    },
    { title: 'REPLICAS', cell: ({ status }) => status?.replicaSummary ?? '' },
    { title: 'ENDPOINTS', spare: 2, cell: endpointsOf },
    { title: 'ADDRESS', spare: 3, cell: ({ status }) => status?.addresses?.[0]?.value ?? '' },
    { title: 'AGE', cell: ({ metadata }) => ageOf(metadata.creationTimestamp, now) },
    ...(wide
      ? [
          { title: 'REVISION', cell: ({ status }: Balancer) => status?.renderRevision ?? '' },
          { title: 'MESSAGE', cell: messageOf },
        ]
      : []),
  ];
  return table(columns, balancers, { width: wide ? undefined : width, style });
};
