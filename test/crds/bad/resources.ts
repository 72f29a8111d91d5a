import { manifestWith } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

export const BAD_RESOURCES: readonly BadManifest[] = [
  bad(
    'a CPU request above the limit',
    'cpu-request-within-limit',
    manifestWith({ workload: { resources: { requests: { cpu: '3' }, limits: { cpu: 2 } } } }),
    'spec.workload.resources.requests.cpu',
    /3"? is above workload.resources.limits.cpu 2/,
  ),
  bad(
    'a CPU request above the limit of the profile',
    'cpu-request-within-limit',
    manifestWith({ workload: { resources: { requests: { cpu: '1500m' } } } }),
    'spec.workload.resources.requests.cpu',
    /1500m"? is above the cpu limit 1 of profile Restricted/,
  ),
  bad(
    'a memory request above the limit',
    'memory-request-within-limit',
    manifestWith({ workload: { resources: { requests: { memory: '1Gi' }, limits: { memory: '1000Mi' } } } }),
    'spec.workload.resources.requests.memory',
    /1Gi"? is above workload.resources.limits.memory 1000Mi/,
  ),
  bad(
    'a memory request above the limit of the profile',
    'memory-request-within-limit',
    manifestWith({ tuning: { profile: 'Tuned' }, workload: { resources: { requests: { memory: '9Gi' } } } }),
    'spec.workload.resources.requests.memory',
    /9Gi"? is above the memory limit 8Gi of profile Tuned/,
  ),
  bad(
    'a CPU limit of zero',
    'cpu-limit-above-zero',
    manifestWith({ workload: { resources: { requests: { cpu: 0 }, limits: { cpu: '0m' } } } }),
    'spec.workload.resources.limits.cpu',
    /leaves the proxy no CPU time/,
  ),
  bad(
    'a memory limit without a unit',
    'memory-limit-enough',
    manifestWith({ workload: { resources: { requests: { memory: 1 }, limits: { memory: 512 } } } }),
    'spec.workload.resources.limits.memory',
    /below 64Mi, which the proxy needs to start; is a unit such as Mi missing\?/,
  ),
  bad(
    'memory in thousandths of a byte',
    undefined,
    manifestWith({ workload: { resources: { limits: { memory: '512m' } } } }),
    'spec.workload.resources.limits.memory',
    /should match/,
    /"512m" is not an amount of memory/,
  ),
  bad(
    'CPU in gigabytes',
    undefined,
    manifestWith({ workload: { resources: { limits: { cpu: '4Gi' } } } }),
    'spec.workload.resources.limits.cpu',
    /should match/,
    /"4Gi" is not an amount of CPU/,
  ),
  bad(
    'half a CPU without quotes',
    undefined,
    manifestWith({ workload: { resources: { limits: { cpu: 0.5 } } } }),
    'spec.workload.resources.limits.cpu',
    /must be of type integer,string/,
    /0.5 is not an integer or a quoted string/,
  ),
];
