import { z } from 'zod';
import { duration, name, port } from './scalars.ts';

/** One port that clients connect to, and the backend its connections go to. */
export const listener = z.object({
  name: name.describe('Unique name of the listener; also the name of the Service port.'),
  port: port.describe(
    'Port that clients connect to, unique among the listeners; that of the admin endpoint, workload.adminPort, is taken.',
  ),
  protocol: z.enum(['TCP']).default('TCP').describe('Protocol of the listener; TCP for now.'),
  backend: name.describe('Name of the entry of spec.backends that takes the connections.'),
  timeouts: z
    .object({
      idle: duration
        .default('1h')
        .describe('A connection that moves no byte either way for this long is closed; 1s to 168h.'),
    })
    .prefault({})
    .describe('Time limits of each connection.'),
});

export type Listener = z.output<typeof listener>;
