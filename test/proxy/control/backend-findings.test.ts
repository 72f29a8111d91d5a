import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backendFindings } from '../../../proxy/control/backend-findings.ts';
import type { TableBackend, TableEndpoint } from '../../../proxy/table/table.ts';
import type { FindingCode } from '../../../report/finding.ts';
import { configurationFor } from '../configurations.ts';
import { tableBackend, tableOf } from '../tables.ts';

const some = (count: number, weight = 1): readonly TableEndpoint[] =>
  Array.from({ length: count }, (_, index) => ({ address: '192.0.2.1', port: index + 1, weight }));

const TABLE: readonly {
  readonly name: string;
  readonly backend: Partial<TableBackend>;
  readonly panicThresholdPercent?: number;
  readonly ofService?: boolean;
  readonly drained?: string[];
  readonly says: RegExp | undefined;
  readonly code?: FindingCode;
}[] = [
  {
    name: 'healthy and inactive endpoints',
    backend: { endpoints: some(2), inactive: some(3) },
    says: undefined,
  },
  {
    name: 'no healthy endpoint',
    backend: { endpoints: some(2), panic: true },
    says: /^backend "web" has no healthy endpoint, so all 2 are used/,
    code: 'EndpointsUnhealthy',
  },
  {
    name: 'too few healthy endpoints',
    backend: { endpoints: some(5), panic: true },
    panicThresholdPercent: 30,
    says: /^backend "web" has fewer than 30 % of its endpoints healthy, so all 5 are used/,
    code: 'EndpointsUnhealthy',
  },
  {
    name: 'backups in use',
    backend: { endpoints: some(1), inactive: some(4), backups: true },
    says: /^backend "web" has no healthy endpoint, so its backups take connections/,
    code: 'BackupsServe',
  },
  {
    name: 'endpoints of another zone in use',
    backend: { endpoints: some(1), inactive: some(4), backups: true },
    ofService: true,
    says: /^backend "web" has no healthy endpoint, so endpoints in other zones or on other nodes take connections/,
    code: 'BackupsServe',
  },
  {
    name: 'nothing but weights of 0',
    backend: { inactive: some(2, 0) },
    says: /all of its 2 endpoints have the weight 0/,
    code: 'NoWeight',
  },
  {
    name: 'nothing but drained endpoints of a Service',
    backend: { inactive: some(2, 0) },
    ofService: true,
    drained: ['192.0.2.1'],
    says: /all of its 2 endpoints are drained or have the weight 0\. Remove an endpoint from drained/,
    code: 'NoWeight',
  },
  {
    name: 'a Service whose pods are not ready',
    backend: { inactive: some(2, 0) },
    ofService: true,
    says: undefined,
  },
  { name: 'no endpoint', backend: {}, says: undefined },
];

for (const { name, backend, panicThresholdPercent = 0, ofService = false, drained = [], says, code } of TABLE)
  test(`a backend with ${name} has ${code === undefined ? 'no finding' : `the finding ${code}`}`, () => {
    const found = backendFindings(
      configurationFor({
        listeners: [{ name: 'l', port: 80, backend: 'web' }],
        backends: [
          { name: 'other', service: { name: 'other', port: 80 } },
          {
            name: 'web',
            panicThresholdPercent,
            drained,
            ...(ofService
              ? { service: { name: 'web', port: 80 } }
              : { endpoints: [{ address: '192.0.2.1', port: 1 }] }),
          },
        ],
      }),
      tableOf([], [tableBackend({ name: 'other' }), tableBackend({ name: 'web', ...backend })]),
    );
    assert.deepEqual(
      found.map(({ code, path, backend: of }) => [code, path, of]),
      code === undefined ? [] : [[code, 'spec.backends[1]', 'web']],
    );
    if (says !== undefined) assert.match(found[0]?.message ?? '', says);
  });
