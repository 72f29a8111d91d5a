import { merge, object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional, withDefault } from '@optique/core/modifiers';
import { command, constant, option } from '@optique/core/primitives';
import { choice, integer, string, type ValueParser } from '@optique/core/valueparser';
import { duration } from './duration.ts';
import { balancer, direct, ofParts, output, several, target, watch } from './flags.ts';
import { ORDERS } from './orders.ts';
import { sourceRange } from './source-range.ts';
import { usageLine } from './usage-line.ts';

/** The arguments of `connections`; `name` reads the name of a balancer. */
export const connectionsCommand = (name: ValueParser<'async', string>) =>
  command(
    'connections',
    merge(
      object({
        command: constant('connections'),
        name: balancer(name),
        ...ofParts,
        endpoints: several(
          '--endpoint',
          string({ metavar: 'IP:PORT' }),
          message`Only to this endpoint; may be repeated.`,
        ),
        clients: several(
          '--client',
          sourceRange,
          message`Only of clients with this address or in this CIDR range; may be repeated.`,
        ),
        olderThan: optional(
          option('--older-than', duration, {
            description: message`Only those that have been open for so long, such as 30s or 1h.`,
          }),
        ),
        sort: withDefault(
          option('--sort', choice(ORDERS, { metavar: 'ORDER' }), {
            description: message`age: the oldest first, which is the default; bytes: those with the most; idle: the longest silent.`,
          }),
          'age',
        ),
        limit: withDefault(
          option('--limit', integer({ metavar: 'NUMBER', min: 1, max: 1000 }), {
            description: message`How many are shown; 40 by default.`,
          }),
          40,
        ),
      }),
      watch,
      output('wide', 'json', 'yaml'),
      direct,
      target(),
    ),
    {
      usageLine,
      brief: message`List the open connections of a balancer.`,
      description: message`Lists connections that are open now in all replicas: client, listener, endpoint, how far each has got, its age, for how long it has been silent, bytes each way, and the server that it names in TLS.`,
    },
  );
