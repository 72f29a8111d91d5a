import { z } from 'zod';
import { keyedList, plainList } from './collections.ts';

const condition = z.object({
  type: z.string().max(316).describe('Ready, Reconciling, Stalled (kstatus) or Warnings.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds.'),
  reason: z.string().max(1024).describe('One word of the documented catalogue.'),
  message: z.string().max(32768).describe('What happened, where, and what to do.'),
  lastTransitionTime: z.string().max(64).describe('When the status last changed (RFC 3339).'),
  observedGeneration: z.int().min(0).optional().describe('Generation of the spec that this speaks of.'),
});

const address = z.object({
  type: z.enum(['IPAddress', 'Hostname']).describe('Kind of the value.'),
  value: z.string().max(253).describe('Address that clients connect to.'),
});

/** What the pods are sized for, and what they hold as they are. */
const plannedCapacity = z.object({
  connections: z.int().min(0).describe('Connections that the pods there are hold at once.'),
  asked: z.int().min(0).optional().describe('Connections asked for.'),
  connectionsPerCore: z.int().min(0).describe('Active connections that one core is counted with.'),
  replicas: z.int().min(0).describe('Pods that the plan counts with.'),
  cores: z.int().min(0).describe('Cores of each pod that relay: its acceptors.'),
  memory: z.string().max(32).describe('Memory that each pod needs for its connections.'),
  fileDescriptors: z.int().min(0).describe('File descriptors that each pod needs.'),
  sourcePorts: z.int().min(0).describe('Connections that each pod can have to one endpoint.'),
  endpoints: z.int().min(0).describe('Endpoints that a backend needs so that source ports suffice.'),
  howComputed: z.string().max(1024).describe('The calculation, in words.'),
});

const knob = z.object({
  name: z
    .string()
    .max(253)
    .describe('A sysctl, "file descriptors", "cpu quota", "acceptors", "capabilities", …'),
  asked: z.string().max(512).optional().describe('What was asked for; left out where nothing was.'),
  effective: z.string().max(512).describe('What is in effect, by the worst of the replicas.'),
  ok: z.boolean().describe('False where less than asked is in effect, or what is in effect hurts.'),
  hint: z.string().max(2048).optional().describe('What to change, and where.'),
});

/** One thing that proxies find wrong. */
const problem = z.object({
  reason: z.string().max(64).describe('One word of the documented catalogue.'),
  message: z.string().max(1024).describe('What was found, where, and what to do.'),
  replicas: z.int().min(1).describe('Replicas that say so.'),
});
const problems = plainList(problem, 8).optional();

const listener = z.object({
  name: z.string().max(63).describe('Name of the listener.'),
  port: z.int().min(1).max(65535).describe('Port that clients connect to.'),
  protocol: z.string().max(16).describe('Transport protocol.'),
  backend: z.string().max(63).describe('Where its connections go.'),
  readyEndpoints: z
    .int()
    .min(0)
    .optional()
    .describe('Endpoints that take connections, by the worst of the replicas; left out until one has told.'),
  endpoints: z.int().min(0).optional().describe('Endpoints that this replica knows.'),
  problems: problems.describe('What the replicas find wrong with it; the worst first.'),
});

const backend = z.object({
  name: z.string().max(63).describe('Name of the backend.'),
  endpoints: z
    .int()
    .min(0)
    .optional()
    .describe('Endpoints, by the worst of the replicas; left out until one has told.'),
  ready: z.int().min(0).optional().describe('Those of them that take connections.'),
  problems: problems.describe('What the replicas find wrong with it; the worst first.'),
});

/** Whether the replicas see what they serve. */
const proxies = z.object({
  of: z.int().min(0).describe('Replicas that serve.'),
  following: z
    .int()
    .min(0)
    .describe(
      'Those of them that follow this resource and its endpoints; the others serve what they knew last.',
    ),
  problems: problems.describe('What the replicas find wrong beside listeners and backends; the worst first.'),
});

/** What the operator reports; it writes nothing else of the resource. */
export const status = z.object({
  observedGeneration: z
    .int()
    .min(-1)
    .optional()
    .describe('Generation of the spec that was last acted on; -1 before the first time.'),
  conditions: keyedList(condition, ['type'], 16)
    .optional()
    .describe('Ready, Reconciling, Stalled, Warnings.'),
  replicas: z.int().min(0).optional().describe('Proxy pods that exist.'),
  readyReplicas: z.int().min(0).optional().describe('Proxy pods that serve.'),
  replicaSummary: z.string().max(32).optional().describe('Ready and wanted pods, as kubectl get shows them.'),
  selector: z
    .string()
    .max(1024)
    .optional()
    .describe('Label selector of the pods, for kubectl scale and the HPA.'),
  renderRevision: z
    .string()
    .max(16)
    .optional()
    .describe('Revision of the pod template; kept until the spec’s own part of it changes.'),
  renderedImage: z.string().max(512).optional().describe('Default image of that revision, kept with it.'),
  renderedPullPolicy: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .optional()
    .describe('Pull policy of that image, kept with it.'),
  renderedKubelet: z
    .string()
    .max(16)
    .optional()
    .describe('Oldest version of a kubelet then, such as 1.31; it decided who sets which sysctl.'),
  renderedFrom: z
    .string()
    .max(64)
    .optional()
    .describe('Digest of the part of the spec that shapes the pods.'),
  renderedAccount: z
    .string()
    .max(64)
    .optional()
    .describe(
      'Uid of the ServiceAccount that the pods were made for; they are made anew when it is replaced.',
    ),
  autoscaledReplicas: z
    .int()
    .min(0)
    .optional()
    .describe('Pods that the autoscaler has chosen; kept when it is taken away and replicas is 1.'),
  capacity: plannedCapacity
    .optional()
    .describe('What the pods are sized for; of an autoscaler, as many as it may make.'),
  listeners: keyedList(listener, ['name'], 64)
    .optional()
    .describe(
      'The listeners with their endpoints, as the proxies had them when they were asked last: when they become ready, when the spec changes, every 40 seconds, and more often while something is wrong.',
    ),
  backends: keyedList(backend, ['name'], 64).optional().describe('The backends, from the same answers.'),
  proxies: proxies.optional().describe('The replicas, from the same answers.'),
  tuning: keyedList(knob, ['name'], 64)
    .optional()
    .describe('Tuning asked and in effect, as the proxies read it back from the kernel.'),
  acceptors: z.int().min(0).optional().describe('Acceptor threads of each pod.'),
  addresses: plainList(address, 32).optional().describe('Addresses of the Service.'),
});

export type Status = z.output<typeof status>;
export type Condition = z.output<typeof condition>;
