import type { Backend } from '../../crds/backend.ts';
import { differences, differenceText } from '../../crds/differences.ts';
import { endpointText } from '../print/endpoint-text.ts';
import type { Change } from './change.ts';

/** What happens to backends, found by their names. */
export const backendChanges = (before: readonly Backend[], after: readonly Backend[]): readonly Change[] => {
  const had = new Map(before.map((one) => [one.name, one]));
  const has = new Map(after.map((one) => [one.name, one]));
  return [
    ...after.flatMap((backend): readonly Change[] => {
      const old = had.get(backend.name);
      if (old !== undefined) return changed(old, backend);
      return [
        {
          effect: 'Live',
          about: `Backend ${backend.name}`,
          what: 'It is added; no pod restarts.',
          fields: [],
        },
      ];
    }),
    ...before.flatMap((backend): readonly Change[] =>
      has.has(backend.name) ? [] : [gone(backend, `Backend ${backend.name}`, 'It is removed')],
    ),
  ];
};

/** The subject of a sentence about endpoints, with its verb. */
const endpoints = (all: readonly string[], one: string, several: string): string =>
  all.length === 1 ? `Endpoint ${all[0]} ${one}` : `Endpoints ${all.join(', ')} ${several}`;

/** Endpoints go: what happens to connections to them. */
const gone = (
  { drain }: Pick<Backend, 'drain'>,
  about: string,
  what: string,
  fields: readonly string[] = [],
): Change =>
  drain.onRemoval === 'Close'
    ? {
        effect: 'Ends',
        about,
        what: `${what}: open connections to it are closed (drain.onRemoval Close).`,
        fields,
      }
    : {
        effect: 'Live',
        about,
        what: `${what}: open connections to it stay until they end (drain.onRemoval Keep).`,
        fields,
      };

const HASHES: ReadonlySet<string> = new Set(['SourceHash', 'Maglev']);

const changed = (old: Backend, backend: Backend): readonly Change[] => {
  const about = `Backend ${backend.name}`;
  const found = differences(old, backend);
  const of = (field: RegExp): readonly string[] =>
    found.filter(({ path }) => field.test(path)).map(differenceText);
  const changes: Change[] = [];
  const kept = new Set((backend.endpoints ?? []).map(endpointText));
  const known = new Set((old.endpoints ?? []).map(endpointText));
  const lost = [...known].filter((one) => !kept.has(one));
  const won = [...kept].filter((one) => !known.has(one));
  // The endpoints of the drain that is asked for now.
  if (lost.length > 0) changes.push(gone(backend, about, `${endpoints(lost, 'is', 'are')} removed`));
  if (won.length > 0)
    changes.push({ effect: 'Live', about, what: `${endpoints(won, 'is', 'are')} added.`, fields: [] });
  const service = of(/^service/);
  if (service.length > 0)
    changes.push(
      old.service === undefined
        ? { effect: 'Live', about, what: 'Its endpoints become those of a Service.', fields: service }
        : gone(
            backend,
            about,
            'Its endpoints become others; each one that is not among them is removed',
            service,
          ),
    );
  const weights = of(/^endpoints\[.*\]\.(weight|backup)$/);
  if (weights.length > 0)
    changes.push({ effect: 'Live', about, what: 'Weights change: new connections only.', fields: weights });
  const [wasDrained, isDrained] = [old.drained ?? [], backend.drained ?? []];
  const leaves = isDrained.filter((one) => !wasDrained.includes(one));
  const returns = wasDrained.filter((one) => !isDrained.includes(one));
  if (leaves.length > 0)
    changes.push({
      effect: 'Live',
      about,
      what: `${endpoints(leaves, 'is drained: it takes', 'are drained: they take')} no new connections, and open ones go on.`,
      fields: [],
    });
  if (returns.length > 0)
    changes.push({
      effect: 'Live',
      about,
      what: `${endpoints(returns, 'is not drained any more, and takes', 'are not drained any more, and take')} new connections.`,
      fields: [],
    });
  const algorithm = of(/^algorithm$/);
  if (algorithm.length > 0)
    changes.push({
      effect: 'Live',
      about,
      what: HASHES.has(old.algorithm)
        ? 'The algorithm changes: new connections of a client may go to another endpoint than before.'
        : 'The algorithm changes: new connections only.',
      fields: algorithm,
    });
  const others = found
    .filter(({ path }) => !/^(service|endpoints|drained|algorithm)/.test(path))
    .map(differenceText);
  if (others.length > 0)
    changes.push({
      effect: 'Live',
      about,
      what: 'How its endpoints are checked and connected to changes: at once for checks, else for new connections.',
      fields: others,
    });
  return changes;
};
