import { labelsOf } from '../../program/samples.ts';
import type { EngineMetric } from './engine-metrics.ts';

/** Metrics of what the kernel and the process have, beside what was requested. */
export const TUNING_METRICS: readonly EngineMetric[] = [
  {
    name: 'l4balancer_tuning_in_effect',
    type: 'gauge',
    labels: ['setting'],
    help: '0 if a setting has less in effect than was requested, or something harmful, otherwise 1; /status says what to change.',
    write({ facts }, to) {
      for (const { name, ok } of facts.tuning()) to.sample(labelsOf({ setting: name }), ok ? 1 : 0);
    },
  },
];
