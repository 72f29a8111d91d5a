import type { Table, TableBackend, TableListener } from '../../proxy/table/table.ts';

/** A backend as the resource's defaults make it. */
export const tableBackend = (change: Partial<TableBackend> = {}): TableBackend => ({
  name: 'b',
  algorithm: 'RoundRobin',
  connectMs: 1000,
  totalConnectMs: 5000,
  retries: 0,
  retryBudgetPercent: 100,
  maxConnectionsPerEndpoint: 0,
  closeOnRemoval: false,
  panic: false,
  backups: false,
  endpoints: [],
  resting: [],
  ...change,
});

export const tableOf = (listeners: readonly TableListener[], backends: readonly TableBackend[]): Table => ({
  accessLog: { mode: 'Off', sampleOneIn: 100 },
  listeners,
  backends,
});

/** A table of one listener in front of one endpoint on this machine. */
export const oneBackend = (port: number, endpointPort: number, change: Partial<TableBackend> = {}): Table =>
  tableOf(
    [{ name: 'l', port, backend: 'b', idleMs: 60_000, halfClosedMs: 60_000 }],
    [tableBackend({ endpoints: [{ address: '127.0.0.1', port: endpointPort, weight: 1 }], ...change })],
  );
