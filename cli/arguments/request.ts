import { merge, object, or } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, flag, option } from '@optique/core/primitives';
import { choice, string } from '@optique/core/valueparser';
import { GROUPINGS } from './groupings.ts';
import { type Lookup, nameOf } from './names.ts';

/** Where to look: the cluster, the namespace, and how proxies are reached. */
const target = () =>
  object('Cluster', {
    namespace: optional(
      option('-n', '--namespace', string({ metavar: 'NAMESPACE' }), {
        description: message`Namespace; by default that of the context.`,
      }),
    ),
    context: optional(
      option('--context', string({ metavar: 'CONTEXT' }), {
        description: message`Context in the kubeconfig; by default its current one.`,
      }),
    ),
    kubeconfig: optional(
      option('--kubeconfig', string({ metavar: 'FILE' }), {
        description: message`Kubeconfig; by default KUBECONFIG, the pod’s service account, or ~/.kube/config.`,
      }),
    ),
  });

const direct = object('Proxies', {
  direct: withDefault(
    flag('--direct', {
      description: message`Ask proxies at the addresses of their pods, instead of through the API server.`,
    }),
    false,
  ),
});

const everywhere = object({
  allNamespaces: withDefault(
    flag('-A', '--all-namespaces', { description: message`List the balancers of all namespaces.` }),
    false,
  ),
});

const output = <const T extends string>(...outputs: readonly T[]) =>
  object({
    output: optional(
      option('-o', '--output', choice(outputs, { metavar: 'FORMAT' }), {
        description: message`Output format.`,
      }),
    ),
  });

const watch = object({
  watch: withDefault(
    flag('-w', '--watch', { description: message`Show it again every two seconds, until Ctrl-C.` }),
    false,
  ),
});

/** All commands. `lookup` finds the names of balancers that completion offers. */
export const requestParser = (lookup: Lookup) => {
  const name = nameOf(lookup);
  return or(
    command(
      'status',
      merge(
        object({
          command: constant('status'),
          name: optional(
            argument(name, {
              description: message`A balancer. Without it, all of the namespace are listed.`,
            }),
          ),
        }),
        watch,
        everywhere,
        output('wide', 'json', 'yaml'),
        direct,
        target(),
      ),
      {
        brief: message`Show one balancer with its listeners, endpoints and replicas, or list them.`,
        description: message`Shows one balancer, joined over its replicas, or lists the balancers of a namespace. Exits with 1 if one is not Ready.`,
      },
    ),
    command(
      'top',
      merge(
        object({
          command: constant('top'),
          name: argument(name, { description: message`A balancer.` }),
          by: withDefault(
            option('--by', choice(GROUPINGS, { metavar: 'WHAT' }), {
              description: message`What traffic is shown by; listener by default.`,
            }),
            'listener',
          ),
        }),
        watch,
        output('wide', 'json', 'yaml'),
        direct,
        target(),
      ),
      {
        brief: message`Show the traffic of a balancer: connections, rates and bytes.`,
        description: message`Shows open and new connections and bytes per second by listener, backend or endpoint, how connections end by reason, or the sources that limits follow; the busiest first.`,
      },
    ),
    command(
      'capacity',
      merge(
        object({
          command: constant('capacity'),
          name: argument(name, { description: message`A balancer.` }),
        }),
        output('json', 'yaml'),
        direct,
        target(),
      ),
      {
        brief: message`Show what a balancer can hold, and what it holds.`,
        description: message`Shows how many connections a balancer can hold and how that is calculated, how many are open, and the descriptors and source ports of each replica. Exits with 1 if something is short.`,
      },
    ),
    command(
      'why',
      merge(
        object({
          command: constant('why'),
          name: argument(name, { description: message`A balancer.` }),
        }),
        output('json', 'yaml'),
        direct,
        target(),
      ),
      {
        brief: message`Say what is wrong with a balancer, first things first, and what to do.`,
        description: message`Reads the resource, its status, its pods, their events and the reports of the proxies, and says in sentences what is wrong, each with the command that mends it or shows more. Exits with 1 if anything is.`,
      },
    ),
  );
};

export type Request = InferValue<ReturnType<typeof requestParser>>;
export type Target = Pick<Request, 'namespace' | 'context' | 'kubeconfig'>;
