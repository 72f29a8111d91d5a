import type { Table, TableBackend } from '../../../proxy/table/table.ts';

/** A table of one listener in front of one endpoint on this machine. */
export const oneBackend = (
  port: number,
  endpointPort: number,
  change: Partial<TableBackend> = {},
): Table => ({
  accessLog: { mode: 'Off', sampleOneIn: 100 },
  listeners: [{ name: 'l', port, backend: 'b', idleMs: 60_000 }],
  backends: [
    {
      name: 'b',
      algorithm: 'RoundRobin',
      connectMs: 1000,
      totalConnectMs: 5000,
      retries: 0,
      retryBudgetPercent: 100,
      maxConnectionsPerEndpoint: 0,
      closeOnRemoval: false,
      panic: false,
      endpoints: [{ address: '127.0.0.1', port: endpointPort, weight: 1 }],
      resting: [],
      ...change,
    },
  ],
});
