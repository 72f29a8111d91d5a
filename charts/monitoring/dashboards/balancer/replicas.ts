import type { Row } from '../../panel.ts';
import { descriptorShare, quantileBy, rateBy, series } from '../../queries.ts';
import { SCOPE } from './scope.ts';

export const REPLICA_ROW: Row = {
  title: 'Replicas',
  panels: [
    {
      title: 'Open connections by acceptor',
      about: 'They should be even: the busiest within a tenth of the mean.',
      kind: 'timeseries',
      unit: 'short',
      width: 8,
      queries: [
        {
          expr: series('l4balancer_acceptor_open_connections', SCOPE),
          legend: '{{pod}} {{acceptor}}',
        },
      ],
    },
    {
      title: 'Processor time',
      about: 'Cores in use, by pod.',
      kind: 'timeseries',
      unit: 'none',
      width: 8,
      queries: [{ expr: rateBy('pod', 'process_cpu_seconds_total', SCOPE), legend: '{{pod}}' }],
    },
    {
      title: 'Memory',
      about: 'Resident memory, by pod.',
      kind: 'timeseries',
      unit: 'bytes',
      width: 8,
      queries: [{ expr: series('process_resident_memory_bytes', SCOPE), legend: '{{pod}}' }],
    },
    {
      title: 'File descriptors in use',
      about: 'Share of those that connections may hold. At 100 %, clients wait.',
      kind: 'timeseries',
      unit: 'percentunit',
      width: 8,
      queries: [{ expr: descriptorShare('pod', SCOPE), legend: '{{pod}}' }],
    },
    {
      title: 'Source ports left',
      about: 'For the endpoint of each backend that has fewest.',
      kind: 'timeseries',
      unit: 'short',
      width: 8,
      queries: [
        {
          expr: `min by (pod, backend) (${series('l4balancer_backend_source_ports_left', SCOPE)})`,
          legend: '{{pod}} {{backend}}',
        },
      ],
    },
    {
      title: 'Time to serve a change',
      about: 'From publishing a table until every acceptor serves it.',
      kind: 'timeseries',
      unit: 's',
      width: 8,
      queries: [
        {
          expr: quantileBy(0.99, 'pod', 'l4balancer_publish_duration_seconds', SCOPE),
          legend: '{{pod}} p99',
        },
      ],
    },
    {
      title: 'Tuning that is not in effect',
      about: 'Settings of the kernel or the process that are not as requested; the status has hints.',
      kind: 'table',
      unit: 'none',
      width: 8,
      whenEmpty: 'none',
      queries: [
        {
          expr: `count by (setting) (${series('l4balancer_tuning_in_effect', SCOPE)} == 0)`,
          legend: '',
        },
      ],
    },
    {
      title: 'Certificates by time left',
      about: 'Until the end of each, in the replica where it is first.',
      kind: 'table',
      unit: 's',
      width: 8,
      queries: [
        {
          expr: `min by (name) (${series('l4balancer_certificate_expiry_timestamp_seconds', SCOPE)}) - time()`,
          legend: '',
        },
      ],
    },
    {
      title: 'Certificates and source lists that cannot be used',
      about: 'Missing or invalid now, so that what was read last stays in effect; kubectl l4b why says more.',
      kind: 'table',
      unit: 'none',
      width: 8,
      whenEmpty: 'none',
      queries: [
        {
          expr: `max by (name, list) (${series('l4balancer_certificate_unusable', SCOPE)} or ${series('l4balancer_source_list_unusable', SCOPE)}) == 1`,
          legend: '',
        },
      ],
    },
  ],
};
