import * as z from 'zod';
import { accessLog } from './access-log.ts';
import { backend } from './backend.ts';
import { capacity } from './capacity.ts';
import { keyedList } from './collections.ts';
import { drain } from './drain.ts';
import { listener } from './listener.ts';
import { monitoring } from './monitoring.ts';
import { networkPolicy } from './network-policy.ts';
import { otlp } from './otlp.ts';
import { readiness } from './readiness.ts';
import { API_VERSION, KIND } from './resource-type.ts';
import { service } from './service.ts';
import { status } from './status.ts';
import { tuning } from './tuning.ts';
import { workload } from './workload.ts';

export const spec = z.object({
  listeners: keyedList(listener, ['name'], 64).min(1).describe('Ports that clients connect to.'),
  backends: keyedList(backend, ['name'], 64).min(1).describe('Where the listeners’ connections go.'),
  capacity: capacity.optional().describe('Expected number of connections.'),
  tuning: tuning.prefault({}).describe('Kernel and runtime settings, as in the production tuning guide.'),
  workload: workload.prefault({}).describe('The pods that run the proxy.'),
  service: service.prefault({}).describe('The Service in front of the pods.'),
  networkPolicy: networkPolicy.prefault({}).describe('Who may connect to the pods.'),
  readiness: readiness.prefault({}).describe('When the resource is considered Ready.'),
  monitoring: monitoring.prefault({}).describe('How Prometheus finds the pods.'),
  drain: drain.prefault({}).describe('How a proxy shuts down.'),
  accessLog: accessLog.prefault({}).describe('One log line per closed connection.'),
  otlp: otlp
    .optional()
    .describe('An OpenTelemetry collector that proxies send their access log and metrics to.'),
  paused: z
    .boolean()
    .default(false)
    .describe('True stops the operator from changing the resource’s child objects; traffic continues.'),
});

/** The whole resource, parsed and with defaults filled in. */
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
