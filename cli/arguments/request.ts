import { merge, object, or } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple, optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, flag, option } from '@optique/core/primitives';
import { choice, integer, string } from '@optique/core/valueparser';
import { connectionsCommand } from './connections-command.ts';
import { dashboardCommand } from './dashboard-command.ts';
import { entryPoint } from './entry-point.ts';
import { explainCommand } from './explain-command.ts';
import { balancer, direct, everywhere, ofParts, output, several, target, watch } from './flags.ts';
import { FORMATS } from './formats.ts';
import { GROUPINGS } from './groupings.ts';
import { kubernetesVersion } from './kubernetes-version.ts';
import { type Lookup, nameOf } from './names.ts';
import { sourceRange } from './source-range.ts';
import { usageLine } from './usage-line.ts';

const manifest = argument(string({ metavar: 'FILE' }), {
  description: message`A manifest with one L4Balancer; - is standard input.`,
  errors: { endOfInput: message`FILE is missing: name a manifest, or - for standard input.` },
});

/** The endpoints that drain and undrain are about. */
const drained = {
  endpoints: multiple(
    argument(string({ metavar: 'ENDPOINT' }), {
      description: message`An IP address, an address and a port, or pod/NAME.`,
    }),
  ),
  backend: optional(
    option('--backend', string({ metavar: 'BACKEND' }), {
      description: message`Only of this backend; by default of all that have the endpoint.`,
    }),
  ),
};

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
        usageLine,
        brief: message`Show one balancer with its listeners, endpoints and replicas, or list them.`,
        description: message`Shows one balancer, joined over its replicas, or lists the balancers of a namespace. Exits with 1 if one is not Ready.`,
      },
    ),
    command(
      'top',
      merge(
        object({
          command: constant('top'),
          name: balancer(name),
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
        usageLine,
        brief: message`Show the traffic of a balancer: connections, rates and bytes.`,
        description: message`Shows open and new connections and bytes per second by listener, backend or endpoint, how connections end by reason, or the sources that limits follow; the busiest first.`,
      },
    ),
    // One alternative of the fifteen that `or` takes.
    or(dashboardCommand(name), connectionsCommand(name)),
    command(
      'capacity',
      merge(
        object({
          command: constant('capacity'),
          name: balancer(name),
        }),
        output('json', 'yaml'),
        direct,
        target(),
      ),
      {
        usageLine,
        brief: message`Show what a balancer can hold, and what it holds.`,
        description: message`Shows how many connections a balancer can hold and how that is calculated, how many are open, and the descriptors and source ports of each replica. Exits with 1 if something is short.`,
      },
    ),
    command(
      'why',
      merge(
        object({
          command: constant('why'),
          name: balancer(name),
        }),
        output('json', 'yaml'),
        direct,
        target(),
      ),
      {
        usageLine,
        brief: message`Say what is wrong with a balancer, first things first, and what to do.`,
        description: message`Reads the resource, its status, its pods, their events and the reports of the proxies, and says in sentences what is wrong, each with the command that mends it or shows more. Exits with 1 if anything is, and never with 0 if something could not be asked.`,
      },
    ),
    explainCommand(name),
    command(
      'log',
      merge(
        object({
          command: constant('log'),
          name: balancer(name),
          follow: withDefault(
            flag('-f', '--follow', { description: message`Show what is added, until Ctrl-C.` }),
            false,
          ),
          ...ofParts,
          reasons: several(
            '--reason',
            string({ metavar: 'REASON' }),
            message`Only those that ended for this reason; may be repeated.`,
          ),
          sources: several(
            '--source',
            sourceRange,
            message`Only of clients with this address or in this CIDR range; may be repeated.`,
          ),
          tail: optional(
            option('--tail', integer({ metavar: 'LINES', min: 0, max: 1_000_000 }), {
              description: message`How many lines are shown at first; 100 by default.`,
            }),
          ),
        }),
        output('wide', 'json'),
        target(),
      ),
      {
        usageLine,
        brief: message`Show the access log of all replicas of a balancer.`,
        description: message`Shows the connections that ended lately, of all replicas in the order of time, as far as spec.accessLog has them logged.`,
      },
    ),
    command(
      'drain',
      merge(
        object({
          command: constant('drain'),
          name: balancer(name),
          ...drained,
          wait: withDefault(
            flag('--wait', { description: message`Wait until no connection to them is open.` }),
            false,
          ),
          timeout: withDefault(
            option('--timeout', integer({ metavar: 'SECONDS', min: 1, max: 86_400 }), {
              description: message`How long to wait at most; 300 by default.`,
            }),
            300,
          ),
        }),
        output('json', 'yaml'),
        direct,
        target(),
      ),
      {
        usageLine,
        brief: message`Take endpoints out gently: no new connections, open ones go on.`,
        description: message`Adds endpoints to backends[].drained of a balancer, and says when all replicas serve that. Exits with 1 if they do not within 15 seconds, or with --wait if connections are left after the timeout.`,
      },
    ),
    command(
      'undrain',
      merge(
        object({
          command: constant('undrain'),
          name: balancer(name),
          ...drained,
          all: withDefault(flag('--all', { description: message`All that are drained.` }), false),
        }),
        output('json', 'yaml'),
        direct,
        target(),
      ),
      {
        usageLine,
        brief: message`Let drained endpoints take new connections again.`,
        description: message`Removes what drain has added to backends[].drained. Exits with 1 if an endpoint is still drained because somebody else has written it there.`,
      },
    ),
    command(
      'bundle',
      merge(
        object({
          command: constant('bundle'),
          name: balancer(name),
          file: optional(
            option('-f', '--file', string({ metavar: 'FILE' }), {
              description: message`The archive to write; by default l4b-NAME-TIME.tar.gz here. An existing file is not replaced.`,
            }),
          ),
        }),
        target(),
      ),
      {
        usageLine,
        brief: message`Write an archive with all that a bug report needs.`,
        description: message`Reads the resource, its objects and events, the /status and /metrics pages and the logs of its proxies, and the operator’s log, and writes one .tar.gz. Secrets are left out. Exits with 1 if something could not be read; the archive names it.`,
      },
    ),
    command(
      'render',
      object({
        command: constant('render'),
        file: manifest,
        output: optional(
          option('-o', '--output', choice(['yaml', 'json'], { metavar: 'FORMAT' }), {
            description: message`Output format; yaml by default.`,
          }),
        ),
        proxyImage: optional(
          option('--proxy-image', string({ metavar: 'IMAGE' }), {
            description: message`The operator’s --proxy-image; by default l4balancer-proxy with the version of this command.`,
          }),
        ),
        kubelet: optional(
          option('--kubelet', kubernetesVersion, {
            description: message`The oldest kubelet of the nodes; by default the oldest that is supported. It decides which sysctls are safe.`,
          }),
        ),
        namespace: optional(
          option('-n', '--namespace', string({ metavar: 'NAMESPACE' }), {
            description: message`Namespace, if the manifest names none.`,
          }),
        ),
      }),
      {
        usageLine,
        brief: message`Print what the operator would apply for a manifest.`,
        description: message`Prints the objects that the operator would make for the L4Balancer in a manifest, as its own code renders them. Needs no cluster.`,
      },
    ),
    command(
      'diff',
      merge(
        object({
          command: constant('diff'),
          file: manifest,
          against: optional(
            option('--against', string({ metavar: 'FILE' }), {
              description: message`Compare with this manifest instead of the cluster, which is then not needed.`,
            }),
          ),
        }),
        output('json', 'yaml'),
        target(),
      ),
      {
        usageLine,
        brief: message`Say what a manifest will change: which pods restart, which connections end.`,
        description: message`Compares the L4Balancer in a manifest with the one in the cluster, and says in sentences what applying it will do: whether pods restart, which listeners open and close, which open connections end, and which objects change. Exits with 1 if pods restart, open connections end, or the change is refused.`,
      },
    ),
    command(
      'preflight',
      merge(
        object({
          command: constant('preflight'),
          file: manifest,
          proxyImage: optional(
            option('--proxy-image', string({ metavar: 'IMAGE' }), {
              description: message`The operator’s --proxy-image.`,
            }),
          ),
        }),
        output('json', 'yaml'),
        target(),
      ),
      {
        usageLine,
        brief: message`Say whether the cluster lets a manifest have what it asks for.`,
        description: message`Looks before a manifest is applied whether the API server accepts it and admits its pods, the kubelets allow its sysctls, nodes and quotas have room, and its ports are free; changes nothing. Exits with 1 if something is in the way.`,
      },
    ),
    command(
      'convert',
      object({
        command: constant('convert'),
        files: multiple(
          argument(string({ metavar: 'FILE' }), {
            description: message`A configuration; - is standard input. Manifests of Kubernetes may be several.`,
          }),
          {
            min: 1,
            errors: { tooFew: message`FILE is missing: name a configuration, or - for standard input.` },
          },
        ),
        from: optional(
          option('--from', choice(FORMATS, { metavar: 'FORMAT' }), {
            description: message`What the files are; by default their content tells.`,
          }),
        ),
        name: optional(
          option(
            '--name',
            nameOf(async () => []),
            {
              description: message`Name of the balancer; by default ingress, haproxy, nginx or traefik.`,
            },
          ),
        ),
        namespace: optional(
          option('-n', '--namespace', string({ metavar: 'NAMESPACE' }), {
            description: message`Namespace, if the files name none.`,
          }),
        ),
        entryPoints: multiple(
          option('--entry-point', entryPoint, {
            description: message`Port of an entry point of Traefik; may be repeated.`,
          }),
        ),
      }),
      {
        usageLine,
        brief: message`Write L4Balancers that do what another balancer’s configuration says.`,
        description: message`Reads the ConfigMaps tcp-services and udp-services of ingress-nginx, an HAProxy configuration in mode tcp, an nginx configuration with a stream block, or IngressRouteTCP and IngressRouteUDP of Traefik, and prints L4Balancers. Exits with 1 if something has no counterpart; the notes say what. Needs no cluster.`,
      },
    ),
    command(
      'version',
      merge(
        object({
          command: constant('version'),
          client: withDefault(
            flag('--client', { description: message`Only of this command, without asking a cluster.` }),
            false,
          ),
        }),
        object({
          allNamespaces: withDefault(
            flag('-A', '--all-namespaces', { description: message`Ask the proxies of all namespaces.` }),
            false,
          ),
        }),
        output('json', 'yaml'),
        direct,
        target(),
      ),
      {
        usageLine,
        brief: message`Show the versions of this command, the operator, the definition and the proxies.`,
        description: message`Shows the versions of this command and, of a cluster, those of Kubernetes, the operator, the definition of L4Balancer and the proxies, and says what it means where they differ. They may differ, so that the exit code is 0 then, too.`,
      },
    ),
  );
};

export type Request = InferValue<ReturnType<typeof requestParser>>;
/** Those that look at a cluster. */
export type SessionRequest = Exclude<
  Request,
  { readonly command: 'convert' | 'render' | 'diff' | 'version' }
>;
export type Target = Pick<SessionRequest, 'namespace' | 'context' | 'kubeconfig'>;
