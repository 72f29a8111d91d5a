import { z } from 'zod';
import { textMap, valueSet } from './collections.ts';
import { cidr } from './scalars.ts';

/**
 * Who may reach the pods. What the pods reach is never limited: their endpoints and the API server may be
 * anywhere.
 */
export const networkPolicy = z.object({
  enabled: z
    .boolean()
    .default(false)
    .describe('True makes a NetworkPolicy: the listeners’ ports and the admin port, and nothing else.'),
  clients: valueSet(cidr, 64)
    .optional()
    .describe(
      'Addresses that may connect to the listeners; by default all. The addresses that the pods see count, which are the nodes’ unless externalTrafficPolicy is Local.',
    ),
  monitoringNamespaces: textMap(16, 63)
    .optional()
    .describe(
      'Labels of the namespaces whose pods may read the admin port, beside the operator’s; by default none.',
    ),
});

export type NetworkPolicy = z.output<typeof networkPolicy>;
