import { containingRange } from '../../address-set/containing-range.ts';
import { decidingSet, isAllowed, type SourcePolicy } from '../../address-set/source-policy.ts';
import type {
  EndpointAddress,
  Flow,
  Forecast,
  ForecastOutcome,
  LimitForecast,
  SourceForecast,
} from '../../engine/forecast.ts';
import { prefaceFor } from '../acceptor/choose-preface.ts';
import type { LimitsMemory } from '../acceptor/limits/limits-memory.ts';
import type { AcceptorListener, AcceptorTable } from '../acceptor/messages.ts';
import type { Preface, PrefaceOutcome } from '../acceptor/preface.ts';
import { serveTable } from '../acceptor/serve-table.ts';
import type { ServedListener, ServedTable } from '../acceptor/served-table.ts';
import { type ContextHandle, contextsOf } from '../acceptor/server-contexts.ts';
import type { SharedMemory } from '../acceptor/shared-memory.ts';
import { forecastEndpoint } from './forecast-endpoint.ts';
import { forecastLimits } from './forecast-limits.ts';

/** What a forecast follows from. */
export interface ForecastInput {
  /** The table that acceptors serve, with only the backends of the listener. */
  readonly table: AcceptorTable;
  readonly listener: AcceptorListener;
  readonly shared: SharedMemory;
  /** Undefined as long as no table had limits. */
  readonly limits: LimitsMemory | undefined;
  /** By the clock of the acceptors. */
  readonly nowMs: number;
  /** Addresses of the endpoints of a backend, in the order of the table. */
  readonly endpointsOf: (backend: string) => readonly EndpointAddress[];
  readonly addressText: (bytes: Uint8Array, at: number) => string;
}

type Steps = { -readonly [K in keyof Omit<Forecast, 'version' | 'outcome' | 'endpoints'>]: Forecast[K] };

/** In place of a context of OpenSSL, which only acceptors make. */
const SOME_CONTEXT: ContextHandle = { address: 1 };

/** The listener as acceptors serve it: with its prefaces, routes and backends. */
const serve = ({ table, listener, shared }: ForecastInput): ServedTable => {
  const { slot, policy, keyPairs, trust } = listener;
  const termination = policy.tls?.termination;
  const contexts =
    termination === undefined || keyPairs === undefined
      ? new Map()
      : new Map([[slot, contextsOf(termination, keyPairs, trust, () => SOME_CONTEXT)]]);
  const before = { listeners: [], backends: new Map() };
  return serveTable({ ...table, listeners: [listener] }, before, shared, prefaceFor, contexts);
};

const judgeSource = (
  { addressText }: ForecastInput,
  sources: SourcePolicy,
  address: Uint8Array,
): SourceForecast => {
  const set = decidingSet(sources, address, 0);
  const range = set && containingRange(set, address, 0);
  const first = range && addressText(range.first, 0);
  return {
    isAllowed: isAllowed(sources, address, 0),
    ...(range === undefined
      ? {}
      : {
          range:
            range.prefix === undefined
              ? `${first}–${addressText(range.last, 0)}`
              : `${first}/${range.prefix}`,
        }),
  };
};

const refused = (reason: Extract<ForecastOutcome, { type: 'Refused' }>['reason']): ForecastOutcome => ({
  type: 'Refused',
  reason,
});

/** Says which limits a client exceeds. Returns why it may not connect, if so; `which` are enforced by now. */
const admit = (
  { listener: { slot }, limits: memory, nowMs }: ForecastInput,
  served: ServedTable,
  client: Uint8Array,
  steps: Steps,
  which: (limit: LimitForecast) => boolean,
): ForecastOutcome | undefined => {
  const limits = served.limits.get(slot);
  if (limits === undefined || memory === undefined) return undefined;
  steps.limits = forecastLimits({ memory, slot, limits, client, nowMs }).filter(which);
  const exceeded = steps.limits.find(({ isExceeded }) => isExceeded);
  return limits.enforced && exceeded !== undefined ? refused(exceeded.reason) : undefined;
};

/** What a client is counted for before its PROXY header is read. */
const isOfListener = ({ reason }: LimitForecast): boolean => reason === 'ConnectionLimit';

/** Who the client is, and whether it may connect. Returns the outcome if that is all. */
const arrive = (
  input: ForecastInput,
  served: ServedTable,
  listener: ServedListener,
  flow: Flow,
  steps: Steps,
): ForecastOutcome | undefined => {
  const { preface } = listener;
  const peer = flow.via ?? flow.client;
  if (preface?.reads === 'ProxyHeader') {
    const outcome = admit(input, served, peer, steps, isOfListener) ?? readHeader(preface, flow, steps);
    if (outcome !== undefined) return outcome;
  }
  const client = clientOf(flow, steps);
  const sources = listener.sources ?? served.sourcesOfNamed.get(listener.slot);
  if (sources !== undefined) {
    steps.source = judgeSource(input, sources, client);
    if (!steps.source.isAllowed) return refused('SourceDenied');
  }
  return admit(input, served, client, steps, () => true);
};

/** Who counts as the client: a peer whose header is not read is one itself. */
const clientOf = ({ client, via = client }: Flow, { header }: Steps): Uint8Array =>
  header === 'Read' ? client : via;

/** Reads the PROXY header that the peer sends, if any. Returns the outcome if that is what decides. */
const readHeader = (preface: Preface, { client, via }: Flow, steps: Steps): ForecastOutcome | undefined => {
  const use = preface.useFor?.(via ?? client, 0) ?? 'Read';
  switch (use) {
    case 'Read':
      steps.header = 'Read';
      return via === undefined ? { type: 'HeaderDecides' } : undefined;
    case 'Skip':
      steps.header = 'Skipped';
      return undefined;
    default:
      steps.header = 'Refused';
      return refused(use);
  }
};

/** Where a whole ClientHello leads, or the listener without any preface. */
const routeOf = (listener: ServedListener, { serverName, protocols }: Flow): PrefaceOutcome => {
  for (let { preface } = listener; preface !== undefined; preface = preface.next)
    if (preface.route !== undefined) return preface.route(serverName, protocols);
  return { type: 'GoOn', backendSlot: listener.backendSlot, drop: 0 };
};

/**
 * Forecasts what becomes of a client, with the functions that acceptors decide by, over the table that they
 * serve. Who has to say something first (a PROXY header, the opening of a protocol, TLS) is taken to do so.
 */
export const forecast = (input: ForecastInput, flow: Flow): Forecast => {
  const served = serve(input);
  const listener = served.listeners[0] as ServedListener;
  const steps: Steps = { limits: [] };
  const ends = (outcome: ForecastOutcome): Forecast => ({
    ...steps,
    version: served.version,
    outcome,
    endpoints: [],
  });
  const early = arrive(input, served, listener, flow, steps);
  if (early !== undefined) return ends(early);
  const routed = routeOf(listener, flow);
  if (routed.type === 'Refuse') return ends(refused(routed.reason));
  if (routed.type !== 'GoOn') throw new Error(`FORECAST_UNFINISHED: a whole hello leads to ${routed.type}`);
  if (routed.route !== undefined) steps.route = routed.route;
  if (routed.context?.address === 0)
    return ends(
      refused(routed.context.failure === 'NoClientAuthority' ? 'TlsClientRefused' : 'TlsHandshakeFailed'),
    );
  const backend = served.backends.get(routed.backendSlot);
  const wired = input.table.backends.find(({ slot }) => slot === routed.backendSlot);
  if (backend === undefined || wired === undefined) return ends(refused('NoEndpoint'));
  steps.backend = wired.name;
  const { outcome, endpoints } = forecastEndpoint(
    backend,
    input.endpointsOf(wired.name),
    clientOf(flow, steps),
  );
  const isTlsReady =
    wired.policy.tls === undefined || (wired.credentials?.isComplete ?? !wired.policy.tls.verify);
  return {
    ...ends(outcome.type !== 'Refused' && !isTlsReady ? refused('EndpointTlsNotReady') : outcome),
    endpoints,
  };
};
