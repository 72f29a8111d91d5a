import type { Balancer } from '../cluster/balancers.ts';
import type { Readings } from '../cluster/reading.ts';

/** What a balancer can hold, and what it holds now. */
export interface Holding {
  readonly name: string;
  readonly namespace: string;
  /** What spec.capacity asks for; undefined if it asks for nothing. */
  readonly asked: number | undefined;
  /** Connections that the existing pods can hold, as the operator has calculated; undefined if it has not. */
  readonly planned: number | undefined;
  readonly howComputed: string;
  readonly open: number;
  readonly replicas: readonly ReplicaHolding[];
  /** Of the replicas that have not answered, and are missing in the sum: why not. */
  readonly problems: readonly string[];
}

export interface ReplicaHolding {
  readonly pod: string;
  readonly acceptors: number;
  readonly open: number;
  /** File descriptors: a connection has two. */
  readonly descriptorsHeld: number | undefined;
  readonly descriptorsLimit: number | undefined;
  /** Source ports that are left for the endpoint with the fewest; undefined where they are not scarce. */
  readonly sourcePortsLeft: number | undefined;
}

const least = (values: readonly number[]): number | undefined =>
  values.reduce<number | undefined>(
    (most, value) => (most === undefined || value < most ? value : most),
    undefined,
  );

export const holdingOf = ({ metadata, status }: Balancer, readings: Readings): Holding => {
  const plan = status?.capacity;
  const replicas = [...readings].flatMap(([pod, reading]): readonly ReplicaHolding[] => {
    if (reading.kind !== 'Report') return [];
    const { acceptors, listeners, descriptors, backends } = reading.report;
    const ports = backends.flatMap(({ endpoints }) =>
      endpoints.flatMap(({ sourcePortsLeft }) => sourcePortsLeft ?? []),
    );
    return [
      {
        pod,
        acceptors: acceptors.length,
        open: listeners.reduce((sum, { open }) => sum + open, 0),
        descriptorsHeld: descriptors?.held,
        descriptorsLimit: descriptors?.limit,
        sourcePortsLeft: least(ports),
      },
    ];
  });
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    asked: plan?.asked,
    planned: plan?.connections,
    howComputed: plan?.howComputed ?? '',
    open: replicas.reduce((sum, { open }) => sum + open, 0),
    replicas,
    problems: [...readings].flatMap(([pod, reading]) =>
      reading.kind === 'None' ? [`Cannot ask ${pod}: ${reading.why}`] : [],
    ),
  };
};

/** Above this part of what it can hold, a balancer is nearly full. */
const NEARLY = 0.9;

/** What is short, in sentences; nothing if all suffices. */
export const shortages = ({ asked, planned, open, replicas }: Holding): readonly string[] => [
  ...(asked !== undefined && planned !== undefined && asked > planned
    ? [`It is asked to hold ${asked} connections, and can hold ${planned}: see the warnings in its status.`]
    : []),
  ...(planned !== undefined && planned > 0 && open > planned * NEARLY
    ? [`It holds ${open} of ${planned} connections: add replicas, or raise spec.capacity.`]
    : []),
  ...replicas.flatMap(({ pod, descriptorsHeld: held = 0, descriptorsLimit: limit = 0 }) =>
    held > limit * NEARLY
      ? [
          `Pod ${pod} has ${held} of ${limit} file descriptors in use: raise tuning.fileDescriptors, or add replicas.`,
        ]
      : [],
  ),
];
