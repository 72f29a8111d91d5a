import { inspect } from './inspect.ts';
import type { L4BalancerSpec } from './l4balancer.ts';
import { isRecord } from './normalise.ts';
import { formatPath, type Path, valueAt } from './path.ts';
import type { StandIn } from './rules/apply.ts';
import { leaveOut } from './rules/leave-out.ts';
import { type Problem, textOf } from './schema-findings.ts';
import { SPEC_SCHEMA } from './schemas.ts';

/** The part that this program can serve of a resource admitted by a newer schema. */
export interface Understood {
  /** Undefined if nothing is left to serve. */
  readonly spec: L4BalancerSpec | undefined;
  readonly leftOut: readonly LeftOut[];
  /** Paths of dropped unknown fields. */
  readonly ignored: readonly string[];
}

/** A part of the resource that is not served, and why. */
export interface LeftOut {
  readonly kind: 'Listener' | 'Backend' | 'Part' | 'Spec';
  /** Name of the listener or backend, if it has one, or of the part, such as `drain`. */
  readonly name: string;
  /** What is served instead: nothing, the last version that was understood, or the default. */
  readonly instead: 'Nothing' | 'Last' | 'Default';
  /** Path of the problem in the original resource. */
  readonly path: string;
  readonly problem: string;
  /** Name of the backend, if the listener itself is understood but is left out because of its backend. */
  readonly withBackend?: string;
}

type List = 'listeners' | 'backends';
type Instead = StandIn['instead'];

/** The smallest unit that is served or left out as a whole. */
type Unit =
  /** Without an index, the list as a whole: it has too many entries, or none. */
  { readonly list: List; readonly index?: number } | { readonly part: string } | 'Spec';

/**
 * The listeners and backends that this version understands, each as a whole or not at all; a listener is left
 * out together with any of its backends. Any other part of the spec that is not understood is taken from
 * `before`, or is the default; such a substitute does not affect the judgement of the rest. For objects from
 * the API server, already admitted by their own schema: what is refused here is newer than this program.
 */
export const understand = (input: unknown, before: L4BalancerSpec | undefined): Understood => {
  const spec = valueAt(input, ['spec']);
  const leftOut: LeftOut[] = [];
  const gone = new Map<string, Path>();
  const replaced = new Map<string, Instead>();

  const leave = (list: List, index: number, { at, message }: Problem, withBackend?: string): void => {
    const path: Path = ['spec', list, index];
    const key = formatPath(path);
    if (gone.has(key)) return;
    gone.set(key, path);
    const name = nameOf(spec, list, index);
    const kind = list === 'listeners' ? 'Listener' : 'Backend';
    const why = { path: formatPath(at), problem: textOf(message) };
    leftOut.push({
      kind,
      name,
      instead: 'Nothing',
      ...why,
      ...(withBackend === undefined ? {} : { withBackend }),
    });
    if (kind === 'Backend')
      for (const listener of listenersOf(spec, name))
        leave('listeners', listener, { at: ['spec', 'listeners', listener, 'backend'], message }, name);
  };

  /**
   * Replaces a part at most once per round, however many problems it has. Returns false if it already has its
   * default.
   */
  const replace = (
    part: string,
    { at, message }: Problem,
    replacedBefore: ReadonlyMap<string, Instead>,
  ): boolean => {
    const tried = replacedBefore.get(part);
    if (tried === 'Default') return false;
    const instead = tried === undefined && before !== undefined ? 'Last' : 'Default';
    replaced.set(part, instead);
    const reported = leftOut.findIndex(({ kind, name }) => kind === 'Part' && name === part);
    // The last version that was understood may conflict with the rest of the spec. Keep reporting the first
    // problem then.
    if (reported < 0)
      leftOut.push({ kind: 'Part', name: part, instead, path: formatPath(at), problem: textOf(message) });
    else leftOut[reported] = { ...(leftOut[reported] as LeftOut), instead };
    return true;
  };

  // Each round leaves out at least one more thing, or is the last.
  for (;;) {
    const rest = leaveOut(withReplaced(input, replaced, before), [...gone.values()]);
    const standIns = [...replaced].map(([part, instead]) => ({ at: ['spec', part], instead }));
    const { balancer, problems, ignored } = inspect(rest.value, 'Report', 'Cluster', standIns);
    if (balancer !== undefined) {
      const originalPaths = ignored.map((path) => formatPath(rest.original(path)));
      return { spec: balancer.spec, leftOut, ignored: originalPaths };
    }
    const replacedBefore = new Map(replaced);
    const goneBefore = gone.size;
    const inInput = problems.map((problem) => ({ ...problem, at: rest.original(problem.at) }));
    let isReplaced = false;
    for (const problem of inInput) {
      const unit = unitOf(problem.at);
      if (unit === 'Spec') continue;
      if ('part' in unit) isReplaced = replace(unit.part, problem, replacedBefore) || isReplaced;
      else if (unit.index !== undefined) leave(unit.list, unit.index, problem);
      else for (const index of surplus(spec, unit.list, gone)) leave(unit.list, index, problem);
    }
    if (isReplaced || gone.size > goneBefore) continue;
    const [first] = inInput;
    if (leftOut.length === 0 && first !== undefined)
      leftOut.push({
        kind: 'Spec',
        name: '',
        instead: 'Nothing',
        path: formatPath(first.at),
        problem: textOf(first.message),
      });
    return { spec: undefined, leftOut, ignored: [] };
  }
};

const unitOf = (path: Path): Unit => {
  const [root, part, index] = path;
  if (root !== 'spec' || typeof part !== 'string') return 'Spec';
  if (part !== 'listeners' && part !== 'backends') return { part };
  if (path.length === 2) return { list: part };
  return typeof index === 'number' ? { list: part, index } : 'Spec';
};

/** Among the entries that are not left out yet, those beyond the limit of this version. */
const surplus = (spec: unknown, list: List, gone: ReadonlyMap<string, Path>): readonly number[] => {
  const entries = valueAt(spec, [list]);
  const most = SPEC_SCHEMA.properties?.[list]?.maxItems ?? Number.POSITIVE_INFINITY;
  return Array.isArray(entries)
    ? [...entries.keys()].filter((index) => !gone.has(formatPath(['spec', list, index]))).slice(most)
    : [];
};

const withReplaced = (
  input: unknown,
  replaced: ReadonlyMap<string, Instead>,
  before: L4BalancerSpec | undefined,
): unknown => {
  const spec = valueAt(input, ['spec']);
  if (!isRecord(input) || !isRecord(spec) || replaced.size === 0) return input;
  const kept = Object.entries(spec).filter(([part]) => !replaced.has(part));
  const last = Object.entries(before ?? {}).filter(([part]) => replaced.get(part) === 'Last');
  return { ...input, spec: Object.fromEntries([...kept, ...last]) };
};

const nameOf = (spec: unknown, list: string, index: number): string => {
  const name = valueAt(spec, [list, index, 'name']);
  return typeof name === 'string' ? name : '';
};

/** Indexes of the listeners whose connections may go to the backend. */
const listenersOf = (spec: unknown, backend: string): readonly number[] => {
  const listeners = valueAt(spec, ['listeners']);
  if (!Array.isArray(listeners)) return [];
  return [...listeners.keys()].filter((index) => {
    const routes = valueAt(listeners, [index, 'tls', 'routes']);
    const users = [valueAt(listeners, [index]), ...(Array.isArray(routes) ? routes : [])];
    return users.some((user) => valueAt(user, ['backend']) === backend);
  });
};
