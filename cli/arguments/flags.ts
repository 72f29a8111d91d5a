import { object } from '@optique/core/constructs';
import { type Message, message, text } from '@optique/core/message';
import { multiple, optional, withDefault } from '@optique/core/modifiers';
import { argument, flag, option } from '@optique/core/primitives';
import { choice, string, type ValueParser } from '@optique/core/valueparser';

/** The balancer that a command is about. */
export const balancer = (name: ValueParser<'async', string>) =>
  argument(name, {
    description: message`A balancer.`,
    errors: { endOfInput: message`NAME is missing: name a balancer; ${text('status -A')} lists all.` },
  });

/** Where to look: the cluster, the namespace, and how proxies are reached. */
export const target = () =>
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

export const direct = object('Proxies', {
  direct: withDefault(
    flag('--direct', {
      description: message`Ask proxies at the addresses of their pods, instead of through the API server.`,
    }),
    false,
  ),
});

export const everywhere = object({
  allNamespaces: withDefault(
    flag('-A', '--all-namespaces', { description: message`List the balancers of all namespaces.` }),
    false,
  ),
});

export const output = <const T extends string>(...outputs: readonly T[]) =>
  object({
    output: optional(
      option('-o', '--output', choice(outputs, { metavar: 'FORMAT' }), {
        description: message`Output format.`,
      }),
    ),
  });

export const watch = object({
  watch: withDefault(
    flag('-w', '--watch', { description: message`Show it again every two seconds, until Ctrl-C.` }),
    false,
  ),
});

/** An option that may be repeated. */
export const several = <T>(name: `--${string}`, value: ValueParser<'sync', T>, description: Message) =>
  multiple(option(name, value, { description }));

/** Only of some parts of a balancer. */
export const ofParts = {
  listeners: several(
    '--listener',
    string({ metavar: 'LISTENER' }),
    message`Only of this listener; may be repeated.`,
  ),
  backends: several(
    '--backend',
    string({ metavar: 'BACKEND' }),
    message`Only to this backend; may be repeated.`,
  ),
};
