import { z } from 'zod';
import { duration, name, port } from './scalars.ts';

const keepalive = z.object({
  time: duration
    .optional()
    .describe(
      'Idle time before the first keepalive probe; 1s to 9h, in whole seconds. Defaults to net.ipv4.tcp_keepalive_time.',
    ),
  interval: duration
    .optional()
    .describe(
      'Time between keepalive probes; 1s to 9h, in whole seconds. Defaults to net.ipv4.tcp_keepalive_intvl.',
    ),
  probes: z
    .int()
    .min(1)
    .max(127)
    .optional()
    .describe(
      'Unanswered probes after which the connection is considered dead. Defaults to net.ipv4.tcp_keepalive_probes.',
    ),
});

/** A port that clients connect to, and the backend that its connections go to. */
export const listener = z.object({
  name: name.describe('Unique name of the listener; also the name of the Service port.'),
  port: port.describe(
    'Port that clients connect to. It must be unique among the listeners and differ from workload.adminPort.',
  ),
  address: z
    .string()
    .min(2)
    .max(45)
    .optional()
    .describe(
      'The one local IPv4 or IPv6 address to bind to. Omit to bind to all. Only without a cluster, where listeners with different addresses may share a port, and with tuning.profile HostNetwork.',
    ),
  protocol: z.enum(['TCP']).default('TCP').describe('Transport protocol; currently only TCP.'),
  backend: name.describe('Name of the entry of spec.backends that connections go to.'),
  timeouts: z
    .object({
      idle: duration
        .default('1h')
        .describe('A connection without traffic in either direction for this long is closed; 1s to 168h.'),
      halfClosed: duration
        .default('5m')
        .describe(
          'Idle limit once one side has ended its stream, if shorter than idle; 1s to 168h. Raise it if clients end their side and then wait long for the response.',
        ),
      keepalive: keepalive
        .optional()
        .describe(
          'TCP keepalive on both sides, for new connections. It is always on; omitted values are the kernel’s.',
        ),
    })
    .prefault({})
    .describe('Time limits of a connection.'),
});

export type Keepalive = z.output<typeof keepalive>;
export type Listener = z.output<typeof listener>;
