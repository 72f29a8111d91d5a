import { type Fields, type FoundBackend, given } from './draft.ts';
import { listIn, type RawObject, recordIn, textIn } from './kubernetes.ts';
import { portOf } from './spelling.ts';

/** Read, or always so here. */
const UNDERSTOOD = new Set([
  'name',
  'namespace',
  'kind',
  'port',
  'weight',
  'proxyProtocol',
  'nativeLB',
  'nodePortLB',
]);

/** The backend of a route: its only Service, or the one with the largest weight. */
export const traefikBackend = (
  route: unknown,
  { where, namespace }: RawObject,
  note: (message: string) => void,
): FoundBackend | undefined => {
  const services = listIn(route, 'services');
  const weightOf = (one: unknown): number => Number((one as Fields).weight ?? 1);
  const [service, ...others] = [...services].sort((a, b) => weightOf(b) - weightOf(a));
  const name = textIn(service, 'name');
  const raw = (service as Fields | undefined)?.port;
  const port = typeof raw === 'number' ? raw : typeof raw === 'string' ? (portOf(raw) ?? raw) : undefined;
  if (service === undefined || name === undefined || port === undefined) {
    note('left out: a route without a service and its port');
    return undefined;
  }
  if (textIn(service, 'kind') === 'TraefikService') {
    note(`left out: TraefikService ${name} has no counterpart`);
    return undefined;
  }
  if (others.length > 0)
    note(
      `a backend has one Service: all connections go to ${name}, and none to ${others.map((one) => textIn(one, 'name')).join(', ')}`,
    );
  for (const field of Object.keys(service as Fields))
    if (!UNDERSTOOD.has(field)) note(`${field} of service ${name} has no counterpart`);
  const version = recordIn(service, 'proxyProtocol').version;
  const sendsHeader = (service as Fields).proxyProtocol !== undefined;
  return {
    where,
    name: typeof port === 'number' ? name : `${name}-${port}`,
    endpoints: [],
    service: { name, namespace: textIn(service, 'namespace') ?? namespace, port },
    spec: given({ proxyProtocol: sendsHeader ? { version: version === 1 ? 'V1' : 'V2' } : undefined }),
    notes: [],
  };
};
