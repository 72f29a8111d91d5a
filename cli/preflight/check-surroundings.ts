import { backendsOfListener } from '../../crds/listener-backends.ts';
import { lookUpPort } from '../../kube/service-port.ts';
import type { Facts } from './facts.ts';
import { onKnown, type Verdict, verdict } from './verdict.ts';

/** Whether the Services that its backends name exist, with these ports. */
export const checkServices = ({ balancer, services }: Facts): readonly Verdict[] => {
  const { listeners, backends } = balancer.spec;
  const wanted = backends.flatMap(({ name, service }) =>
    service === undefined
      ? []
      : [
          ...new Set(
            listeners.filter((one) => backendsOfListener(one).includes(name)).map((one) => one.protocol),
          ),
        ].map((protocol) => ({ name, service, protocol })),
  );
  if (wanted.length === 0) return [];
  return onKnown(services, 'Backends', (found) => {
    const problems = wanted.flatMap(({ name, service, protocol }): readonly Verdict[] => {
      const lookup = lookUpPort(found.get(service.name), service.port, protocol);
      return lookup.kind === 'Problem'
        ? [verdict('Warn', 'Backends', `Backend ${name}, Service ${service.name}: ${lookup.problem}.`)]
        : [];
    });
    return problems.length > 0
      ? problems
      : [verdict('Fine', 'Backends', 'The Services of all backends exist, with their ports.')];
  });
};

/** Whether another balancer on the host network has one of its ports. */
export const checkPorts = ({ balancer, pod, neighbours }: Facts): readonly Verdict[] => {
  if (pod.hostNetwork !== true) return [];
  return onKnown(neighbours, 'Ports', (others) => {
    const { listeners, workload } = balancer.spec;
    const own = [
      `${workload.adminPort}/TCP`,
      ...listeners.map(({ port, protocol }) => `${port}/${protocol}`),
    ];
    const shared = others.flatMap(({ key, hostNetwork, ports }) => {
      const both = hostNetwork ? own.filter((port) => ports.includes(port)) : [];
      return both.length === 0 ? [] : [`${key} has ${both.join(', ')}, too`];
    });
    const low = listeners.filter(({ port }) => port < 1024).map(({ port }) => port);
    return [
      ...(shared.length === 0
        ? [
            verdict(
              'Fine',
              'Ports',
              'No other balancer on the host network has its ports; what else listens on nodes is not known.',
            ),
          ]
        : shared.map((what) =>
            verdict(
              'Bad',
              'Ports',
              `On the host network, ${what}: only one of them can run on a node.`,
              'Choose other ports, or other nodes with workload.nodeSelector.',
            ),
          )),
      ...(low.length === 0
        ? []
        : [
            verdict(
              'Warn',
              'Ports',
              `${low.join(', ')} ${low.length === 1 ? 'is' : 'are'} below 1024: on the host network the proxy, which is not root, may listen there only where the node’s net.ipv4.ip_unprivileged_port_start is as low.`,
              'Set it on the nodes, or choose higher ports.',
            ),
          ]),
    ];
  });
};

/** Whether anything would act on the resource. */
export const checkOperator = ({ operators }: Facts): readonly Verdict[] =>
  onKnown(operators, 'Operator', ({ found, ready }) => {
    if (ready > 0) return [verdict('Fine', 'Operator', 'It is installed, and ready.')];
    const [what, remedy] =
      found > 0
        ? ['No pod of the operator is ready', 'Look at its Deployment']
        : ['No Deployment of the operator was found', 'Install it, or ignore this if it runs elsewhere'];
    return [verdict('Warn', 'Operator', `${what}: nothing would act on the resource.`, `${remedy}.`)];
  });
