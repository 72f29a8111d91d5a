import { assemble } from './assemble.ts';
import { type Conversion, type FoundBackend, type FoundListener, type Note, refused } from './draft.ts';
import { nginxListeners } from './nginx-server.ts';
import { type Directive, parseNginx, SyntaxProblem } from './nginx-syntax.ts';
import { nginxUpstream } from './nginx-upstream.ts';
import type { Settings } from './settings.ts';

/** What nginx does for its own process, and what is always so here. */
const OF_PROCESS =
  /^(user|pid|daemon|master_process|worker_.*|error_log|thread_pool|load_module|env|events|lock_file|pcre_jit|timer_resolution|debug_.*|ssl_engine)$/;

/**
 * The balancer of an nginx configuration with a `stream` block, or of a file that such a block includes. An
 * `http` block is not looked at.
 */
export const fromNginx = (text: string, file: string, { name, namespace }: Settings): Conversion => {
  let all: readonly Directive[];
  try {
    all = parseNginx(text);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return refused(`${file}:${error.line}`, `is not a configuration of nginx: ${error.message}`);
  }
  const streams = all.filter((one) => one.name === 'stream');
  const isIncluded =
    streams.length === 0 && all.some((one) => one.name === 'server' || one.name === 'upstream');
  if (streams.length === 0 && !isIncluded)
    return refused(file, 'has no stream block: nothing in it is layer 4');
  const inside = isIncluded ? all : streams.flatMap(({ block }) => block ?? []);
  const notes: Note[] = isIncluded ? [] : aroundStream(all, file);
  const where = (line: number): string => `${file}:${line}`;

  const backends = new Map<string, FoundBackend>();
  for (const one of inside.filter(({ name: is }) => is === 'upstream'))
    backends.set(one.args[0] ?? '', nginxUpstream(one, where));

  const common = inside.filter((one) => one.block === undefined && !NAMED.has(one.name));
  for (const { name: is, line } of inside)
    if (is === 'include') notes.push({ where: where(line), message: 'include: convert that file as well' });
  const maps = new Map(
    inside.flatMap((one) => (one.name === 'map' ? [[one.args[1] ?? '', one] as const] : [])),
  );
  const zones = new Map(
    inside.flatMap(({ name: is, args }) => {
      const zone = args.find((arg) => arg.startsWith('zone='));
      return is === 'limit_conn_zone' && zone !== undefined
        ? [[zone.slice(5).split(':')[0] ?? '', args[0] ?? ''] as const]
        : [];
    }),
  );
  const listeners: FoundListener[] = inside
    .filter((one) => one.name === 'server')
    .flatMap((server) => nginxListeners(server, { common, maps, zones, backends, where }));
  for (const one of inside)
    if (one.block !== undefined && !BLOCKS.has(one.name))
      notes.push({ where: where(one.line), message: `${one.name} has no counterpart` });
  if (listeners.length === 0) return refused(file, 'has no server with a listen directive');
  return {
    balancers: [assemble({ name: name ?? 'nginx', namespace, listeners, backends, notes })],
    notes: [],
    problems: [],
  };
};

const BLOCKS = new Set(['upstream', 'server', 'map']);
const NAMED = new Set([
  'include',
  'limit_conn_zone',
  'log_format',
  'map_hash_bucket_size',
  'map_hash_max_size',
]);

const aroundStream = (all: readonly Directive[], file: string): Note[] =>
  all.flatMap(({ name, line }) => {
    if (name === 'stream' || OF_PROCESS.test(name)) return [];
    const message =
      name === 'http' || name === 'mail'
        ? `${name} is not layer 4, and is not converted`
        : name === 'include'
          ? 'include: convert that file as well, if it has a stream block'
          : `${name} has no counterpart`;
    return [{ where: `${file}:${line}`, message }];
  });
