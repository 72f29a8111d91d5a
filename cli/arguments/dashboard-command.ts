import { merge, object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional, withDefault } from '@optique/core/modifiers';
import { argument, command, constant, flag, option } from '@optique/core/primitives';
import { integer, string, type ValueParser } from '@optique/core/valueparser';
import { target } from './flags.ts';
import { usageLine } from './usage-line.ts';

/** The command that opens the page of all balancers. */
export const dashboardCommand = (name: ValueParser<'async', string>) =>
  command(
    'dashboard',
    merge(
      object({
        command: constant('dashboard'),
        name: optional(
          argument(name, { description: message`A balancer. Without it, all of them are shown.` }),
        ),
        port: optional(
          option('--port', integer({ metavar: 'PORT', min: 0, max: 65_535 }), {
            description: message`Port of this machine; 0 for any. By default 8082, or another one if that is in use.`,
          }),
        ),
        noOpen: withDefault(
          flag('--no-open', { description: message`Print the address only, and open no browser.` }),
          false,
        ),
        pod: optional(
          option('--pod', string({ metavar: 'POD' }), {
            description: message`Open the page of one replica, by the name of its pod: works without the operator.`,
          }),
        ),
        operatorNamespace: optional(
          option('--operator-namespace', string({ metavar: 'NAMESPACE' }), {
            description: message`Where the operator’s pods are; by default they are looked for.`,
          }),
        ),
      }),
      target(),
    ),
    {
      usageLine,
      brief: message`Open the page of all balancers, or of one, in a browser.`,
      description: message`Forwards a port of this machine to the operator’s page through the API server, prints its address and opens a browser if there is one, until Ctrl-C. The page shows every balancer live: traffic, health, errors, certificates and what needs attention.`,
    },
  );
