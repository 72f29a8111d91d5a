import * as z from 'zod';
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
      'is not the value of a sysctl: write numbers or words, separated by single spaces',
    )
    .describe('Value, in quotes.'),
});

/** The guide's knobs. The profile is a preset; each knob set here takes precedence over it. */
export const tuning = z.object({
  profile: z
    .enum(['Restricted', 'Tuned', 'HostNetwork'])
    .default('Restricted')
    .describe(
      'Restricted complies with Pod Security "restricted"; Tuned is the production tuning guide; HostNetwork is the guide on the host network, where sysctls are reported but not set.',
    ),
  acceptors: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('Acceptor threads. Defaults to the whole cores of the CPU limit, which is also the maximum.'),
  sysctls: keyedList(sysctl, ['name'], 32)
    .optional()
    .describe(
      'Kernel settings of the pod’s network namespace, in addition to the profile’s; an entry with the same name overrides it.',
    ),
  sysctlMethod: z
    .enum(['PodSpec', 'InitContainer'])
    .default('PodSpec')
    .describe(
      'How unsafe sysctls are set: PodSpec requires a kubelet that allows them; InitContainer writes them from a privileged container and works with every kubelet.',
    ),
  fileDescriptors: z
    .int()
    .min(1024)
    .max(1048576)
    .optional()
    .describe('File descriptor limit of the proxy (RLIMIT_NOFILE).'),
  // Not a set: server-side apply removes an emptied set, and then the profile's capabilities would apply
  // again.
  capabilities: plainList(z.enum(['SYS_RESOURCE', 'IPC_LOCK', 'NET_BIND_SERVICE']), 3)
    .optional()
    .describe(
      'Linux capabilities of the container, replacing the profile’s. SYS_RESOURCE allows raising the hard limit of file descriptors; NET_BIND_SERVICE allows ports below net.ipv4.ip_unprivileged_port_start; the proxy does not use IPC_LOCK.',
    ),
  logLevel: z
    .enum(['error', 'warn', 'info', 'debug'])
    .optional()
    .describe('Log level of the proxy. Defaults to info with profile Restricted, otherwise to error.'),
});

export type Tuning = z.output<typeof tuning>;
export type Sysctl = z.output<typeof sysctl>;
