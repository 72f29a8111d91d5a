import type { LiveEndpoint, LiveEndpoints } from '../../report/live.ts';
import type { Target } from '../configuration/target.ts';
import type { EndpointHealth } from '../health/monitor.ts';
import { type EndpointRates, rateKey } from '../live/sample.ts';
import { endpointKey } from '../table/table.ts';
import { endpointReader } from './endpoint-status.ts';
import type { StatusFacts } from './status.ts';

/** Endpoints in one answer; there may be thousands. */
const MOST = 100;
const OUT_LISTED = 20;
const NONE: EndpointRates = { rate: 0, bytes: 0 };

interface Candidate {
  readonly backend: string;
  readonly target: Target;
  readonly isOut: boolean;
}

const isOut = (health: EndpointHealth | undefined): boolean =>
  health?.health === 'Unhealthy' || health?.ejectedForMs !== undefined;

const candidates = ({ control, healthOf }: StatusFacts, backend: string | null): readonly Candidate[] =>
  (control.snapshot?.configuration.backends ?? [])
    .filter(({ name }) => backend === null || name === backend)
    .flatMap(({ name }) =>
      (control.snapshot?.targets.get(name) ?? []).map((target) => ({
        backend: name,
        target,
        isOut: isOut(healthOf(name, endpointKey(target))),
      })),
    );

const listed = (
  facts: StatusFacts,
  rates: ReadonlyMap<string, EndpointRates>,
  chosen: readonly Candidate[],
): readonly LiveEndpoint[] => {
  if (chosen.length === 0) return [];
  const read = endpointReader(facts);
  return chosen.map(({ backend, target }) => ({
    backend,
    ...read(backend, target),
    ...(rates.get(rateKey(backend, endpointKey(target))) ?? NONE),
  }));
};

/** An integer from 0 to `most`; `most` if it is none. */
const integer = (text: string | null, most: number): number => {
  const value = Number(text ?? Number.NaN);
  return Number.isInteger(value) && value >= 0 ? Math.min(value, most) : most;
};

/**
 * The endpoints that `query` asks for: of a `backend`, whose address has the text `search`, those that take
 * no connections first; from the index `offset`, at most `limit`.
 */
export const findEndpoints = (
  facts: StatusFacts,
  rates: ReadonlyMap<string, EndpointRates>,
  query: URLSearchParams,
): LiveEndpoints => {
  const search = query.get('search') ?? '';
  const found = candidates(facts, query.get('backend')).filter(({ target }) =>
    endpointKey(target).includes(search),
  );
  const sorted = [...found.filter((one) => one.isOut), ...found.filter((one) => !one.isOut)];
  const offset = query.has('offset') ? integer(query.get('offset'), sorted.length) : 0;
  const chosen = sorted.slice(offset, offset + integer(query.get('limit'), MOST));
  return { total: sorted.length, endpoints: listed(facts, rates, chosen) };
};

/** Endpoints of all backends that take no connections because they are unhealthy or ejected. */
export const endpointsOut = (
  facts: StatusFacts,
  rates: ReadonlyMap<string, EndpointRates>,
): LiveEndpoints => {
  const out = candidates(facts, null).filter((one) => one.isOut);
  return { total: out.length, endpoints: listed(facts, rates, out.slice(0, OUT_LISTED)) };
};
