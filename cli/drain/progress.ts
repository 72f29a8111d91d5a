import { drainedBy } from '../../crds/drained.ts';
import type { Readings } from '../cluster/reading.ts';
import { counted } from '../print/units.ts';

/** How far the proxies are with what was asked for. */
export interface Progress {
  /** Replicas that serve it, of those that run. */
  readonly served: number;
  readonly replicas: number;
  /** Connections that are open to the endpoints, on all replicas that said so. */
  readonly open: number;
}

/** `running` are the names of the pods that are asked. */
export const progressOf = (
  readings: Readings,
  running: readonly string[],
  generation: number,
  byBackend: ReadonlyMap<string, readonly string[]>,
): Progress => {
  const finders = new Map([...byBackend].map(([name, entries]) => [name, drainedBy(entries)]));
  let served = 0;
  let open = 0;
  for (const pod of running) {
    const reading = readings.get(pod);
    if (reading?.kind !== 'Report') continue;
    const { revision, backends } = reading.report;
    if (generationOf(revision) >= generation) served++;
    for (const { name, endpoints } of backends) {
      const entriesOf = finders.get(name);
      if (entriesOf === undefined) continue;
      for (const endpoint of endpoints) if (entriesOf(endpoint).length > 0) open += endpoint.open;
    }
  }
  return { served, replicas: running.length, open };
};

const generationOf = (revision: string | undefined): number =>
  Number(/^generation\/(\d+)$/.exec(revision ?? '')?.[1] ?? 0);

export const progressText = ({ served, replicas, open }: Progress): string =>
  `${served} of ${counted(replicas, 'replica')} ${replicas === 1 ? 'serves' : 'serve'} it, ${counted(open, 'connection')} open`;
