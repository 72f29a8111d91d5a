import { z } from 'zod';
import { keyedList, plainList } from './collections.ts';

const condition = z.object({
  type: z.string().max(316).describe('Ready, Reconciling or Stalled (kstatus).'),
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

/** What the operator reports; it writes nothing else of the resource. */
export const status = z.object({
  observedGeneration: z.int().min(0).optional().describe('Generation of the spec that was last acted on.'),
  conditions: keyedList(condition, ['type'], 16).optional().describe('Ready, Reconciling, Stalled.'),
  replicas: z.int().min(0).optional().describe('Proxy pods that exist.'),
  readyReplicas: z.int().min(0).optional().describe('Proxy pods that serve.'),
  replicaSummary: z.string().max(32).optional().describe('Ready and wanted pods, as kubectl get shows them.'),
  selector: z
    .string()
    .max(1024)
    .optional()
    .describe('Label selector of the pods, for kubectl scale and the HPA.'),
  acceptors: z.int().min(0).optional().describe('Acceptor threads of each pod.'),
  addresses: plainList(address, 32).optional().describe('Addresses of the Service.'),
});

export type Status = z.output<typeof status>;
export type Condition = z.output<typeof condition>;
