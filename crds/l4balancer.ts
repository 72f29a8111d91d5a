import { z } from 'zod';
import { accessLog } from './access-log.ts';
import { backend } from './backend.ts';
import { capacity } from './capacity.ts';
import { keyedList } from './collections.ts';
import { drain } from './drain.ts';
import { listener } from './listener.ts';
import { monitoring } from './monitoring.ts';
import { networkPolicy } from './network-policy.ts';
import { readiness } from './readiness.ts';
import { service } from './service.ts';
import { status } from './status.ts';
import { tuning } from './tuning.ts';
import { workload } from './workload.ts';

export const GROUP = 'l4balancer.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;
export const KIND = 'L4Balancer';
export const PLURAL = 'l4balancers';
/** Before the resource's name in that of every object made for it, such as its Service. */
export const CHILD_PREFIX = 'l4b-';
/** Port of the proxy's admin endpoint where nothing else is said; no listener may take it. */
export const ADMIN_PORT = 9901;

export const spec = z.object({
  listeners: keyedList(listener, ['name'], 64).min(1).describe('Ports that clients connect to.'),
  backends: keyedList(backend, ['name'], 64).min(1).describe('Where the connections go.'),
  capacity: capacity.optional().describe('How many connections to be ready for.'),
  tuning: tuning.prefault({}).describe('Kernel and runtime settings; see the production tuning guide.'),
  workload: workload.prefault({}).describe('The pods that run the proxy.'),
  service: service.prefault({}).describe('The Service in front of them.'),
  networkPolicy: networkPolicy.prefault({}).describe('Who may reach the pods.'),
  readiness: readiness.prefault({}).describe('When the resource counts as Ready.'),
  monitoring: monitoring.prefault({}).describe('How Prometheus finds the pods.'),
  drain: drain.prefault({}).describe('How a proxy stops.'),
  accessLog: accessLog.prefault({}).describe('One line for each connection that ended.'),
  paused: z
    .boolean()
    .default(false)
    .describe('True makes the operator leave the resource’s children alone; traffic goes on.'),
});

/** The whole resource as its readers use it: parsed, with defaults filled in. */
export const l4balancer = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal(KIND),
  metadata: z.looseObject({
    name: z.string().min(1).max(253),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    generation: z.number().optional(),
    resourceVersion: z.string().optional(),
    deletionTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec,
  status: status.optional(),
});

export type L4Balancer = z.output<typeof l4balancer>;
export type L4BalancerSpec = z.output<typeof spec>;
