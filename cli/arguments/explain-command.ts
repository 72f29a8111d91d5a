import { merge, object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import { command, constant, option } from '@optique/core/primitives';
import { string, type ValueParser } from '@optique/core/valueparser';
import { clientAddress } from './client-address.ts';
import { balancer, direct, output, several, target } from './flags.ts';
import { listenerName } from './listener-name.ts';
import { usageLine } from './usage-line.ts';

/** The arguments of `explain`; `name` reads the name of a balancer. */
export const explainCommand = (name: ValueParser<'async', string>) =>
  command(
    'explain',
    merge(
      object({
        command: constant('explain'),
        name: balancer(name),
        from: option('--from', clientAddress, {
          description: message`Where the client is; its port changes nothing.`,
        }),
        to: option('--to', listenerName, {
          description: message`The listener that it connects to: its name, or its port such as 443 or 53/UDP.`,
        }),
        via: optional(
          option('--via', clientAddress, {
            description: message`The load balancer in front, whose PROXY header names the client.`,
          }),
        ),
        sni: optional(
          option('--sni', string({ metavar: 'NAME' }), {
            description: message`The server that the client names in TLS.`,
          }),
        ),
        alpn: several(
          '--alpn',
          string({ metavar: 'PROTOCOL' }),
          message`A protocol that it offers in TLS, such as h2; may be repeated, in its order.`,
        ),
      }),
      output('wide', 'json', 'yaml'),
      direct,
      target(),
    ),
    {
      usageLine,
      brief: message`Say which endpoint a client gets, and why.`,
      description: message`Asks every replica what becomes of a client that connects now: sources, limits, PROXY header, TLS route, backend and endpoint, as its own code decides it over the table that it serves. Where the algorithm goes by more than the address, it gives the chance of each endpoint. Exits with 1 if the client gets none.`,
    },
  );
