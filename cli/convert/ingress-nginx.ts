import { assemble } from './assemble.ts';
import {
  type Conversion,
  type FoundBackend,
  type FoundListener,
  given,
  type Note,
  refused,
} from './draft.ts';
import { type RawObject, recordIn, textIn } from './kubernetes.ts';
import { nginxTime } from './nginx-values.ts';
import type { Settings } from './settings.ts';
import { idle, MINUTE, portOf } from './spelling.ts';

const SERVICES = /^([^/\s]+)\/([^:\s]+):([^:\s]+)(?::(PROXY)?)?(?::(PROXY)?)?$/i;

/** What ingress-nginx has unless its own ConfigMap says otherwise. */
const IDLE_MS = 10 * MINUTE;

/** `udp` or `tcp` in the name of a ConfigMap, such as `ingress-nginx-tcp` or `udp-services`. */
const protocolOf = (name: string): 'TCP' | 'UDP' | undefined => {
  const [, found] = /(?:^|[-_.])(tcp|udp)(?:$|[-_.])/i.exec(name) ?? [];
  return found === undefined ? undefined : found.toLowerCase() === 'udp' ? 'UDP' : 'TCP';
};

/** Balancers of the ConfigMaps tcp-services and udp-services, one for each namespace with Services. */
export const fromIngressNginx = (
  maps: readonly RawObject[],
  file: string,
  { name }: Settings,
): Conversion => {
  const notes: Note[] = [];
  const listeners = new Map<string, FoundListener[]>();
  const backends = new Map<string, Map<string, FoundBackend>>();
  const settings = maps.map(({ content }) => textIn(recordIn(content, 'data'), 'proxy-stream-timeout'));
  const idleMs = nginxTime(settings.find((one) => one !== undefined)) ?? IDLE_MS;
  for (const map of maps) {
    const entries = Object.entries(recordIn(map.content, 'data'));
    const ports = entries.filter(([port]) => portOf(port) !== undefined);
    if (ports.length === 0) continue;
    const protocol = protocolOf(map.name);
    if (protocol === undefined) {
      notes.push({
        where: map.where,
        message: 'its name has neither tcp nor udp in it, so its protocol is not known',
      });
      continue;
    }
    for (const [port, value] of ports) {
      const where = `${map.where}, port ${port}`;
      const [, namespace, service, target, decode, encode] = SERVICES.exec(String(value)) ?? [];
      if (namespace === undefined || service === undefined || target === undefined) {
        notes.push({ where, message: `left out: ${String(value)} is not namespace/service:port` });
        continue;
      }
      const own: Note[] = [];
      if (decode !== undefined)
        own.push({ where, message: 'PROXY: every client is trusted; narrow trustedSources' });
      if (protocol === 'UDP')
        own.push({ where, message: 'a session ends after timeouts.idle, not after proxy-stream-responses' });
      const key = `${service}:${target}${encode === undefined ? '' : ' PROXY'}`;
      const inNamespace = backends.get(namespace) ?? new Map<string, FoundBackend>();
      backends.set(namespace, inNamespace);
      inNamespace.set(key, {
        where,
        name: /^[0-9]+$/.test(target) ? service : `${service}-${target}`,
        endpoints: [],
        service: { name: service, namespace, port: portOf(target) ?? target },
        spec: given({
          proxyProtocol: encode === undefined ? undefined : { version: protocol === 'UDP' ? 'V2' : 'V1' },
        }),
        notes: [],
      });
      const all = listeners.get(namespace) ?? [];
      listeners.set(namespace, all);
      all.push({
        where,
        name: `${service}-${port}`,
        port: Number(port),
        protocol,
        backend: key,
        spec: given({
          timeouts: protocol === 'TCP' ? { idle: idle(idleMs) } : undefined,
          proxyProtocol: decode === undefined ? undefined : { trustedSources: ['0.0.0.0/0', '::/0'] },
        }),
        notes: own,
      });
    }
  }
  if (listeners.size === 0)
    return notes.length === 0
      ? refused(file, 'has no ConfigMap with entries such as "9000": "shop/db:5432"')
      : { balancers: [], notes, problems: [] };
  if (listeners.size > 1)
    notes.push({
      where: file,
      message: `there is a balancer for each of ${listeners.size} namespaces, each with a Service and an address of its own`,
    });
  return {
    balancers: [...listeners].map(([namespace, found]) =>
      assemble({
        name: name ?? 'ingress',
        namespace,
        listeners: found,
        backends: backends.get(namespace) ?? new Map(),
        notes: [],
      }),
    ),
    notes,
    problems: [],
  };
};
