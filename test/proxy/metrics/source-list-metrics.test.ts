import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAddressSet } from '../../../proxy/address-set/build.ts';
import type { KnownList } from '../../../proxy/configuration/snapshot.ts';
import { createMetrics } from '../../../proxy/metrics/metrics.ts';
import { engineStats } from '../stats.ts';
import { metricsFacts } from './facts.ts';
import { parsePrometheus } from './prometheus-text.ts';

const seriesOf = async (lists: readonly KnownList[]): Promise<ReadonlyMap<string, number>> => {
  const page = await createMetrics(
    '0',
    metricsFacts({
      stats: () => engineStats({}),
      lists: () => lists,
    }),
  ).text();
  const families = parsePrometheus(page).filter(({ name }) => name.includes('source_list'));
  return new Map(families.flatMap(({ samples }) => [...samples]));
};

test('each list of sources has its ranges, when it was read, and whether it can be used now', async () => {
  const allow = buildAddressSet(['192.0.2.0/24', '2001:db8::/32']);
  const lists: KnownList[] = [
    { name: 'offices', content: { allow, deny: undefined }, readAtMs: 1_700_000_000_500 },
    {
      name: '/etc/blocked',
      content: { allow: undefined, deny: buildAddressSet([]) },
      readAtMs: 5000,
      unusableSinceMs: 6000,
    },
    { name: 'missing', unusableSinceMs: 7000 },
  ];
  assert.deepEqual(Object.fromEntries(await seriesOf(lists)), {
    'l4balancer_source_list_ranges{action="allow",list="offices"}': 2,
    'l4balancer_source_list_ranges{action="deny",list="/etc/blocked"}': 0,
    'l4balancer_source_list_read_timestamp_seconds{list="offices"}': 1_700_000_000.5,
    'l4balancer_source_list_read_timestamp_seconds{list="/etc/blocked"}': 5,
    'l4balancer_source_list_unusable{list="offices"}': 0,
    'l4balancer_source_list_unusable{list="/etc/blocked"}': 1,
    'l4balancer_source_list_unusable{list="missing"}': 1,
  });
});
