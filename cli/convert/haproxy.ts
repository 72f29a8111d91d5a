import { assemble } from './assemble.ts';
import type { Conversion, FoundBackend, FoundListener, Note } from './draft.ts';
import { refused } from './draft.ts';
import { haproxyBackend } from './haproxy-backend.ts';
import { haproxyListeners } from './haproxy-frontend.ts';
import { type Line, parseHaproxy, type Section } from './haproxy-syntax.ts';
import type { Settings } from './settings.ts';

/** A section with the lines that it inherits from its defaults, which come first. */
export interface ProxySection extends Section {
  readonly inherited: readonly Line[];
  readonly where: (line: number) => string;
}

/** The last line of a proxy that begins with these words. */
export const lineOf = ({ lines, inherited }: ProxySection, ...start: readonly string[]): Line | undefined => {
  const begins = ({ words }: Line): boolean => start.every((word, at) => words[at] === word);
  return lines.findLast(begins) ?? inherited.findLast(begins);
};

/** The balancer of the sections of an HAProxy configuration that are in mode tcp. */
export const fromHaproxy = (text: string, file: string, { name, namespace }: Settings): Conversion => {
  const { sections, problem } = parseHaproxy(text);
  if (problem !== undefined)
    return refused(`${file}:${problem.line}`, `is not a configuration of HAProxy: ${problem.message}`);
  const notes: Note[] = [];
  const where = (line: number): string => `${file}:${line}`;
  const proxies: ProxySection[] = [];
  const named = new Map<string, readonly Line[]>();
  let latest: readonly Line[] = [];
  for (const section of sections) {
    const from = section.more[0] === 'from' ? section.more[1] : undefined;
    const inherited = from === undefined ? latest : (named.get(from) ?? []);
    switch (section.kind) {
      case 'defaults':
        latest = [...(from === undefined ? [] : inherited), ...section.lines];
        named.set(section.name, latest);
        break;
      case 'frontend':
      case 'backend':
      case 'listen':
        proxies.push({ ...section, inherited, where });
        break;
      case 'global':
        if (section.lines.length > 0)
          notes.push({
            where: where(section.line),
            message: `global: ${[...new Set(section.lines.map(({ words }) => words[0]))].join(', ')} are about the process of HAProxy`,
          });
        break;
      default:
        notes.push({
          where: where(section.line),
          message: `${section.kind} ${section.name} has no counterpart`,
        });
    }
  }
  const tcp = proxies.filter((proxy) => {
    const [, mode = 'tcp'] = lineOf(proxy, 'mode')?.words ?? [];
    if (mode !== 'tcp')
      notes.push({
        where: where(proxy.line),
        message: `${proxy.kind} ${proxy.name} is in mode ${mode}, not tcp, and is not converted`,
      });
    return mode === 'tcp';
  });
  if (tcp.length === 0)
    return refused(file, 'has no frontend or listen section in mode tcp: nothing in it is layer 4');
  const backends = new Map<string, FoundBackend>();
  const ports = portsTo(tcp);
  for (const proxy of tcp)
    if (proxy.kind !== 'frontend') backends.set(proxy.name, haproxyBackend(proxy, ports.get(proxy.name)));
  const listeners: FoundListener[] = tcp.flatMap((proxy) =>
    proxy.kind === 'backend' ? [] : haproxyListeners(proxy, tcp),
  );
  if (listeners.length === 0) return refused(file, 'has no bind line in mode tcp');
  return {
    balancers: [assemble({ name: name ?? 'haproxy', namespace, listeners, backends, notes })],
    notes: [],
    problems: [],
  };
};

/**
 * The port that clients of each backend have connected to, where it is one: servers without a port get it.
 */
const portsTo = (proxies: readonly ProxySection[]): ReadonlyMap<string, number> => {
  const all = new Map<string, Set<number>>();
  for (const proxy of proxies) {
    if (proxy.kind === 'backend') continue;
    const targets = [
      ...(proxy.kind === 'listen' ? [proxy.name] : []),
      ...proxy.lines.flatMap(({ words: [first, target = ''] }) =>
        first === 'default_backend' || first === 'use_backend' ? [target] : [],
      ),
    ];
    const ports = proxy.lines.flatMap(({ words: [first, address = ''] }) =>
      first === 'bind' ? [Number(/:(\d+)$/.exec(address)?.[1] ?? 0)] : [],
    );
    for (const target of targets) all.set(target, new Set([...(all.get(target) ?? []), ...ports]));
  }
  return new Map(
    [...all].flatMap(([name, [one = 0, ...others]]) => (one > 0 && others.length === 0 ? [[name, one]] : [])),
  );
};
