import { z } from 'zod';
import { keyedList, plainList } from './collections.ts';

const sysctl = z.object({
  name: z
    .string()
    .max(253)
    .regex(
      /^(net\.[a-z0-9._-]+|kernel\.shm[a-z0-9._-]*)$/,
      'is not a sysctl of the pod: only net.* and kernel.shm* belong to a pod, written with dots',
    )
    .describe('Name of a namespaced sysctl: net.* or kernel.shm*.'),
  value: z
    .string()
    .max(64)
    .regex(
      /^[!-~]+([ \t][!-~]+)*$/,
      'is not the value of a sysctl: numbers or words, with single blanks between',
    )
    .describe('Value, in quotes.'),
});

/** The guide's knobs. The profile is a preset; each knob given here wins over it. */
export const tuning = z.object({
  profile: z
    .enum(['Restricted', 'Tuned', 'HostNetwork'])
    .default('Restricted')
    .describe(
      'Restricted passes Pod Security "restricted"; Tuned is the production tuning guide; HostNetwork is the guide in the network of the node, whose sysctls it reports and does not set.',
    ),
  acceptors: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('Acceptor threads; by default as many as the CPU limit has whole cores, and never more.'),
  sysctls: keyedList(sysctl, ['name'], 32)
    .optional()
    .describe(
      'Kernel settings of the pod’s network namespace, added to the profile’s; the same name replaces.',
    ),
  sysctlMethod: z
    .enum(['PodSpec', 'InitContainer'])
    .default('PodSpec')
    .describe(
      'How unsafe sysctls reach the kernel: PodSpec needs a kubelet that allows them; InitContainer writes them from a privileged container and works on every kubelet.',
    ),
  fileDescriptors: z
    .int()
    .min(1024)
    .max(1048576)
    .optional()
    .describe('File descriptors that the proxy asks the kernel for (RLIMIT_NOFILE).'),
  // No set: of one that is emptied, server-side apply would leave nothing, which is the profile's again.
  capabilities: plainList(z.enum(['SYS_RESOURCE', 'IPC_LOCK', 'NET_BIND_SERVICE']), 3)
    .optional()
    .describe(
      'Linux capabilities added to the container, instead of the profile’s: SYS_RESOURCE raises the hard limit of file descriptors, NET_BIND_SERVICE opens ports that net.ipv4.ip_unprivileged_port_start reserves; the proxy itself has no use for IPC_LOCK.',
    ),
  logLevel: z
    .enum(['error', 'warn', 'info', 'debug'])
    .optional()
    .describe('Level of the proxy’s log; Restricted: info, Tuned: error.'),
});

export type Tuning = z.output<typeof tuning>;
export type Sysctl = z.output<typeof sysctl>;
