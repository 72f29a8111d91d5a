import { labelsOf, type Samples } from '../../program/samples.ts';
import type { KnownList } from '../configuration/snapshot.ts';
import type { EngineMetric, Scrape } from './engine-metrics.ts';

const MS_PER_SECOND = 1000;

/** Writes one sample for each list that has a value. */
const ofLists =
  (value: (list: KnownList) => number | undefined) =>
  ({ facts }: Scrape, to: Samples): void => {
    for (const list of facts.lists()) {
      const sample = value(list);
      if (sample !== undefined) to.sample(labelsOf({ list: list.name }), sample);
    }
  };

/** Metrics of the lists of sources that listeners have. */
export const SOURCE_LIST_METRICS: readonly EngineMetric[] = [
  {
    name: 'l4balancer_source_list_ranges',
    type: 'gauge',
    labels: ['list', 'action'],
    help: 'Addresses and CIDR ranges of a list of sources, as it was read last, that may connect (allow) and that may not (deny).',
    write({ facts }, to) {
      for (const { name, content } of facts.lists())
        for (const action of ['allow', 'deny'] as const) {
          const entries = content?.[action]?.entries;
          if (entries !== undefined) to.sample(labelsOf({ list: name, action }), entries);
        }
    },
  },
  {
    name: 'l4balancer_source_list_read_timestamp_seconds',
    type: 'gauge',
    labels: ['list'],
    help: 'When the content of a list of sources that is in effect was read, in seconds since 1970.',
    write: ofLists(({ readAtMs }) => (readAtMs === undefined ? undefined : readAtMs / MS_PER_SECOND)),
  },
  {
    name: 'l4balancer_source_list_unusable',
    type: 'gauge',
    labels: ['list'],
    help: '1 if a list of sources is missing or invalid now, so that what was read last stays in effect, otherwise 0.',
    write: ofLists(({ unusableSinceMs }) => (unusableSinceMs === undefined ? 0 : 1)),
  },
];
