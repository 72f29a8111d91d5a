import type { BackendPolicy } from '../../proxy/configuration/backend-policy.ts';
import type { LimitsPolicy } from '../../proxy/configuration/limits-policy.ts';
import type { ListenerPolicy } from '../../proxy/configuration/listener-policy.ts';
import type { Table, TableBackend, TableListener } from '../../proxy/table/table.ts';

/** The values that a test's backend overrides; the fields of its policy are next to the others. */
export type BackendChange = Partial<BackendPolicy & Omit<TableBackend, 'policy'>>;
export type ListenerChange = Partial<ListenerPolicy & Omit<TableListener, 'policy' | 'port' | 'address'>> & {
  readonly address?: string | undefined;
};

/** Limits that limit nothing but what a test changes. */
export const limitsFor = (change: Partial<LimitsPolicy> = {}): LimitsPolicy => ({
  enforced: true,
  connections: 0,
  shared: false,
  connectionsPerSource: 0,
  unfinishedPerSource: 0,
  sourcePrefixIPv6: 64,
  refuseWith: 'Reset',
  ...change,
});

/** A backend with the resource's default values. */
export const tableBackend = ({
  name = 'b',
  panic = false,
  backups = false,
  endpoints = [],
  inactive = [],
  closing,
  credentials,
  ...policy
}: BackendChange = {}): TableBackend => ({
  name,
  policy: {
    algorithm: 'RoundRobin',
    // The kernel accepts connections of endpoints in this process at once; TLS takes a turn of its loop.
    connectMs: policy.tls === undefined ? 1000 : 60_000,
    totalConnectMs: policy.tls === undefined ? 5000 : 120_000,
    retries: 0,
    retryBudgetPercent: 100,
    maxConnectionsPerEndpoint: 0,
    closeOnRemoval: false,
    ...policy,
  },
  ...(credentials === undefined ? {} : { credentials }),
  panic,
  backups,
  endpoints,
  inactive,
  ...(closing === undefined ? {} : { closing }),
});

/** A listener of backend b, with an idle timeout of one minute. */
export const tableListener = (
  port: number,
  { name = 'l', protocol = 'TCP', address, backend = 'b', ...policy }: ListenerChange = {},
): TableListener => ({
  name,
  protocol,
  port,
  ...(address === undefined ? {} : { address }),
  backend,
  policy: { idleMs: 60_000, halfClosedMs: 60_000, ...policy },
});

export const tableOf = (listeners: readonly TableListener[], backends: readonly TableBackend[]): Table => ({
  accessLog: { mode: 'Off', sampleOneIn: 100 },
  listeners,
  backends,
});

/** A table with one listener and one endpoint on this machine. */
export const oneBackend = (port: number, endpointPort: number, change: BackendChange = {}): Table =>
  tableOf(
    [tableListener(port)],
    [tableBackend({ endpoints: [{ address: '127.0.0.1', port: endpointPort, weight: 1 }], ...change })],
  );
