import * as z from 'zod';
import { keyedList, plainList } from './collections.ts';
import { limitShares } from './limit-shares.ts';

const condition = z.object({
  type: z.string().max(316).describe('Ready, Reconciling, Stalled (kstatus) or Warnings.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition is met.'),
  reason: z.string().max(1024).describe('One of the documented reason codes.'),
  message: z.string().max(32768).describe('What happened, where, and what to do.'),
  lastTransitionTime: z.string().max(64).describe('Time of the last change of status (RFC 3339).'),
  observedGeneration: z
    .int()
    .min(0)
    .optional()
    .describe('Generation of the spec that the condition refers to.'),
});

const address = z.object({
  type: z.enum(['IPAddress', 'Hostname']).describe('Type of the value.'),
  value: z.string().max(253).describe('Address that clients connect to.'),
});

/** The capacity that the pods are sized for, and what the existing pods can hold. */
const plannedCapacity = z.object({
  connections: z.int().min(0).describe('Concurrent connections that the existing pods can hold.'),
  asked: z.int().min(0).optional().describe('Connections requested by spec.capacity.'),
  connectionsPerCore: z.int().min(0).describe('Active connections assumed per core.'),
  replicas: z.int().min(0).describe('Number of pods in the calculation.'),
  cores: z.int().min(0).describe('Relaying cores per pod: its acceptors.'),
  memory: z.string().max(32).describe('Memory that each pod needs for its connections.'),
  fileDescriptors: z.int().min(0).describe('File descriptors that each pod needs.'),
  sourcePorts: z.int().min(0).describe('Maximum connections from each pod to one endpoint.'),
  endpoints: z.int().min(0).describe('Endpoints that a backend needs for source ports to suffice.'),
  howComputed: z.string().max(1024).describe('Explanation of the calculation.'),
});

const knob = z.object({
  name: z
    .string()
    .max(253)
    .describe('A sysctl, "file descriptors", "cpu quota", "acceptors", "capabilities", …'),
  asked: z.string().max(512).optional().describe('Requested value; absent if none was.'),
  effective: z.string().max(512).describe('Effective value on the worst replica.'),
  ok: z.boolean().describe('False if the effective value is below the requested one or is harmful.'),
  hint: z.string().max(2048).optional().describe('What to change, and where.'),
});

/** A problem found by proxies. */
const problem = z.object({
  reason: z.string().max(64).describe('One of the documented reason codes.'),
  message: z.string().max(1024).describe('What was found, where, and what to do.'),
  replicas: z.int().min(1).describe('Number of replicas that report it.'),
});
const problems = plainList(problem, 8).optional();

const listener = z.object({
  name: z.string().max(63).describe('Name of the listener.'),
  port: z.int().min(1).max(65535).describe('Port that clients connect to.'),
  protocol: z.string().max(16).describe('Transport protocol.'),
  backend: z
    .string()
    .max(63)
    .optional()
    .describe('Backend that its connections go to; with TLS routes, those that no route is for.'),
  limiting: z
    .boolean()
    .optional()
    .describe('True while limits of the listener refuse connections, or did within the last minute.'),
  readyEndpoints: z
    .int()
    .min(0)
    .optional()
    .describe('Usable endpoints of its backends, on the worst replica; absent until a replica has reported.'),
  endpoints: z.int().min(0).optional().describe('Endpoints known to that replica.'),
  problems: problems.describe('Problems that replicas report for it, worst first.'),
});

const backend = z.object({
  name: z.string().max(63).describe('Name of the backend.'),
  endpoints: z
    .int()
    .min(0)
    .optional()
    .describe('Endpoints, on the worst replica; absent until a replica has reported.'),
  ready: z.int().min(0).optional().describe('Usable ones among them.'),
  problems: problems.describe('Problems that replicas report for it, worst first.'),
});

const certificate = z.object({
  secret: z.string().max(255).describe('Name of the Secret.'),
  names: plainList(z.string().max(253), 8).describe(
    'Host names of the certificate in use, at most 8; empty while there is none.',
  ),
  notAfter: z
    .string()
    .max(64)
    .optional()
    .describe('When the certificate in use expires (RFC 3339); absent while there is none.'),
  daysLeft: z
    .int()
    .min(-1)
    .optional()
    .describe('Whole days until then, -1 afterwards; more than 30 are rounded down to whole weeks.'),
  usedBy: plainList(z.string().max(63), 64).describe('Names of the listeners that use it.'),
  usedByBackends: plainList(z.string().max(63), 64)
    .optional()
    .describe('Names of the backends whose endpoints are shown it; absent if there are none.'),
  problem: z
    .string()
    .max(1024)
    .optional()
    .describe('Why what the Secret has now is not in use; absent if it is.'),
});

/** One change of what the replicas serve. */
const change = z.object({
  time: z.string().max(64).describe('When a replica was first seen to serve it (RFC 3339).'),
  servedAt: z
    .string()
    .max(64)
    .optional()
    .describe('When every replica was seen to serve it, and old pods were gone; absent until then.'),
  generation: z.int().min(0).describe('Generation of the spec that is served.'),
  generations: z
    .int()
    .min(2)
    .optional()
    .describe('Number of generations that the entry covers, if the replicas never reported those between.'),
  podRevision: z
    .string()
    .max(32)
    .optional()
    .describe('Revision of the pods, as kubectl rollout history counts; absent until it is rolled out.'),
  changedAt: z
    .string()
    .max(64)
    .optional()
    .describe('When the spec was changed, by the clock of the API server; absent if unknown.'),
  by: z
    .string()
    .max(512)
    .optional()
    .describe('Field managers that changed the spec, as in metadata.managedFields; absent if unknown.'),
  what: z.string().max(512).describe('What has changed, in short.'),
});

/** Whether the replicas follow what they serve. */
const proxies = z.object({
  of: z.int().min(0).describe('Serving replicas.'),
  following: z
    .int()
    .min(0)
    .describe(
      'Those among them that follow this resource and its endpoints; the others serve the last known state.',
    ),
  problems: problems.describe(
    'Problems that replicas report other than for listeners and backends, worst first.',
  ),
});

/** What the operator reports. It writes no other part of the resource. */
export const status = z.object({
  observedGeneration: z
    .int()
    .min(-1)
    .optional()
    .describe('Generation of the spec last acted on; -1 if none yet.'),
  conditions: keyedList(condition, ['type'], 16)
    .optional()
    .describe('Ready, Reconciling, Stalled, Warnings.'),
  replicas: z.int().min(0).optional().describe('Proxy pods that exist.'),
  readyReplicas: z.int().min(0).optional().describe('Serving proxy pods.'),
  replicaSummary: z.string().max(32).optional().describe('Ready and desired pods, as shown by kubectl get.'),
  selector: z
    .string()
    .max(1024)
    .optional()
    .describe('Label selector of the pods, for kubectl scale and the autoscaler.'),
  renderRevision: z
    .string()
    .max(16)
    .optional()
    .describe('Revision of the pod template; kept until the spec’s part of it changes.'),
  renderedImage: z.string().max(512).optional().describe('Default image of that revision, kept with it.'),
  renderedPullPolicy: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .optional()
    .describe('Pull policy of that image, kept with it.'),
  renderedKubelet: z
    .string()
    .max(16)
    .optional()
    .describe('Oldest kubelet version at that time, such as 1.31; determines who sets which sysctl.'),
  renderedFrom: z
    .string()
    .max(64)
    .optional()
    .describe('Digest of the part of the spec that determines the pod template.'),
  renderedAccount: z
    .string()
    .max(64)
    .optional()
    .describe(
      'UID of the ServiceAccount that the pods were created for; they are recreated when it is replaced.',
    ),
  autoscaledReplicas: z
    .int()
    .min(0)
    .optional()
    .describe('Pods chosen by the autoscaler; kept if it is removed while replicas is 1.'),
  capacity: plannedCapacity
    .optional()
    .describe('Capacity that the pods are sized for; with autoscaling, at the maximum number of pods.'),
  listeners: keyedList(listener, ['name'], 64)
    .optional()
    .describe(
      'The listeners with their endpoints, as last reported by the proxies. They are queried when they become ready, when the spec changes, every 40 seconds, and more often while there are problems.',
    ),
  backends: keyedList(backend, ['name'], 64).optional().describe('The backends, from the same reports.'),
  limits: keyedList(limitShares, ['listener', 'limit'], 128)
    .optional()
    .describe(
      'How limits with scope Cluster are shared out. The replicas follow it. The sum of what is reserved never exceeds a limit, so neither does what is used.',
    ),
  certificates: keyedList(certificate, ['secret'], 128)
    .optional()
    .describe(
      'The certificates with which listeners end TLS, and those that endpoints are shown, from the same reports: of each, the one in use that expires first on any replica.',
    ),
  proxies: proxies.optional().describe('The replicas, from the same reports.'),
  history: plainList(change, 10)
    .optional()
    .describe('The last ten changes of what the replicas serve, the newest first.'),
  tuning: keyedList(knob, ['name'], 64)
    .optional()
    .describe('Requested and effective tuning, as the proxies read it back from the kernel.'),
  acceptors: z.int().min(0).optional().describe('Acceptor threads per pod.'),
  addresses: plainList(address, 32).optional().describe('Addresses of the Service.'),
});

export type Status = z.output<typeof status>;
export type Condition = z.output<typeof condition>;
export type ServedChange = z.output<typeof change>;
