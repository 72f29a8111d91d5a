import { z } from 'zod';
import { duration, name, port } from './scalars.ts';

const keepalive = z.object({
  time: duration
    .optional()
    .describe(
      'Silence after which a side is asked whether it is still there; 1s to 9h, in whole seconds. Without it net.ipv4.tcp_keepalive_time.',
    ),
  interval: duration
    .optional()
    .describe(
      'Time between two such questions; 1s to 9h, in whole seconds. Without it net.ipv4.tcp_keepalive_intvl.',
    ),
  probes: z
    .int()
    .min(1)
    .max(127)
    .optional()
    .describe(
      'Questions without an answer after which the side counts as gone. Without it net.ipv4.tcp_keepalive_probes.',
    ),
});

/** One port that clients connect to, and the backend its connections go to. */
export const listener = z.object({
  name: name.describe('Unique name of the listener; also the name of the Service port.'),
  port: port.describe(
    'Port that clients connect to, unique among the listeners; that of the admin endpoint, workload.adminPort, is taken.',
  ),
  address: z
    .string()
    .min(2)
    .max(45)
    .optional()
    .describe(
      'The one address of its machine that the listener binds to, IPv4 or IPv6; without it all of them. Without a cluster, where listeners of different addresses may have one port, and with tuning.profile HostNetwork.',
    ),
  protocol: z.enum(['TCP']).default('TCP').describe('Protocol of the listener; TCP for now.'),
  backend: name.describe('Name of the entry of spec.backends that takes the connections.'),
  timeouts: z
    .object({
      idle: duration
        .default('1h')
        .describe('A connection that moves no byte either way for this long is closed; 1s to 168h.'),
      halfClosed: duration
        .default('5m')
        .describe(
          'The same once one side has ended its stream, where that is shorter than idle; 1s to 168h. Raise it where clients end their side and wait long for the answer.',
        ),
      keepalive: keepalive
        .optional()
        .describe(
          'TCP keepalive of both sides, of connections that begin from now on. It is always on; what is left out is as the kernel has it.',
        ),
    })
    .prefault({})
    .describe('Time limits of each connection.'),
});

export type Keepalive = z.output<typeof keepalive>;
export type Listener = z.output<typeof listener>;
