import { jsonPage, type Page, textPage } from '../../program/page-server.ts';
import type { ExplainedEndpoint, Explanation } from '../../report/explanation.ts';
import { REPORT_VERSION } from '../../report/version.ts';
import type { Engine } from '../engine/engine.ts';
import type { EndpointForecast, Flow, Forecast } from '../engine/forecast.ts';
import { readSocketAddress, SOCKET_ADDRESS_BYTES, writeSocketAddress } from '../sys/socket-address.ts';
import { endpointKey, type TableListener } from '../table/table.ts';
import { type AskedFlow, readFlow } from './flow-query.ts';
import { buildStatus, type StatusFacts } from './status.ts';

/** The most endpoints of an answer. */
const MOST_ENDPOINTS = 256;

export interface ExplainSources {
  readonly facts: () => StatusFacts;
  readonly engine: Pick<Engine, 'forecast'>;
}

/** The page: what becomes of a client that connects now, and why. */
export const explainPage = async (
  { facts, engine }: ExplainSources,
  query: URLSearchParams,
): Promise<Page> => {
  const asked = readFlow(query);
  if (typeof asked === 'string') return textPage(400, `Cannot explain: ${asked}.`);
  const { control } = facts();
  const listeners = control.served?.table.listeners;
  if (listeners === undefined) return textPage(503, 'Cannot explain: nothing is served yet.');
  const [listener, another] = listenersAt(listeners, asked.to);
  if (listener === undefined)
    return textPage(
      404,
      `Cannot explain: there is no listener ${asked.to}; there ${listeners.length === 1 ? 'is' : 'are'} ${names(listeners)}.`,
    );
  if (another !== undefined)
    return textPage(
      400,
      `Cannot explain: more than one listener has port ${asked.to}: choose one of ${names(listenersAt(listeners, asked.to))}.`,
    );
  const forecast = await engine.forecast(flowOf(asked, listener));
  if (forecast === undefined) {
    const finding = control.closedListeners.find((one) => one.listener === listener.name);
    return textPage(404, `Cannot explain: listener ${listener.name} is not open. ${finding?.message ?? ''}`);
  }
  return jsonPage(explanationOf(facts(), asked, listener, forecast));
};

const names = (listeners: readonly TableListener[]): string =>
  listeners.map(({ name }) => name).join(', ') || 'none';

/** The listener with that name, or those with that port. */
const listenersAt = (listeners: readonly TableListener[], to: string): readonly TableListener[] => {
  const named = listeners.filter(({ name }) => name === to);
  return named.length > 0
    ? named
    : listeners.filter(({ port, protocol }) => to === `${port}` || to === `${port}/${protocol}`);
};

const bytesOf = (address: string): Uint8Array => {
  const encoded = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const bytes = new Uint8Array(16);
  writeSocketAddress(new DataView(encoded.buffer), 0, address, 0);
  readSocketAddress(encoded, bytes, 0);
  return bytes;
};

const flowOf = ({ from, via, serverName, protocols }: AskedFlow, { name }: TableListener): Flow => ({
  listener: name,
  client: bytesOf(from),
  ...(via === undefined ? {} : { via: bytesOf(via) }),
  ...(serverName === undefined ? {} : { serverName }),
  protocols,
});

const explanationOf = (
  facts: StatusFacts,
  { from, via }: AskedFlow,
  listener: TableListener,
  forecast: Forecast,
): Explanation => {
  const { outcome, header, source, limits } = forecast;
  const { control, stats, notReady } = facts;
  const backend = control.served?.table.backends.find(({ name }) => name === forecast.backend);
  const paused = stats.acceptors.find(({ pausedBy }) => pausedBy !== undefined)?.pausedBy;
  const { address, backend: otherwise, policy } = listener;
  const all = backend === undefined ? [] : endpointsOf(facts, backend.name, forecast.endpoints);
  return {
    reportVersion: REPORT_VERSION,
    version: facts.version,
    ...(control.served === undefined ? {} : { revision: control.served.revision }),
    tableVersion: forecast.version,
    ...(notReady === undefined ? {} : { notReady }),
    outcome: outcome.type,
    ...(outcome.type === 'Refused' ? { reason: outcome.reason } : {}),
    client: from,
    ...(via === undefined ? {} : { via }),
    listener: {
      name: listener.name,
      port: listener.port,
      protocol: listener.protocol,
      ...(address === undefined ? {} : { address }),
      ...(otherwise === undefined ? {} : { backend: otherwise }),
      ...(policy.stickiness === undefined ? {} : { sticky: true }),
    },
    ...(paused === undefined ? {} : { paused }),
    ...(header === undefined ? {} : { header }),
    ...(source === undefined
      ? {}
      : {
          source: {
            allowed: source.isAllowed,
            ...(source.range === undefined ? {} : { range: source.range }),
          },
        }),
    ...(policy.limits === undefined ? {} : { limitMode: policy.limits.enforced ? 'Enforce' : 'Report' }),
    limits: limits.map(({ isExceeded: exceeded, ...limit }) => ({ ...limit, exceeded })),
    ...tlsOf(listener, forecast),
    ...(backend === undefined
      ? {}
      : {
          backend: {
            name: backend.name,
            algorithm: backend.policy.algorithm,
            retries: backend.policy.retries,
            mostPerEndpoint: backend.policy.maxConnectionsPerEndpoint,
            panic: backend.panic,
            backups: backend.backups,
          },
        }),
    ...(outcome.type === 'Endpoint' ? { endpoint: outcome.endpoint } : {}),
    next: outcome.type === 'Endpoint' ? outcome.next : [],
    endpoints: all.slice(0, MOST_ENDPOINTS),
    omitted: Math.max(0, all.length - MOST_ENDPOINTS),
  };
};

const tlsOf = ({ policy: { tls } }: TableListener, { route }: Forecast): Pick<Explanation, 'tls'> =>
  tls === undefined
    ? {}
    : {
        tls: {
          mode: tls.termination === undefined ? 'Passthrough' : 'Terminate',
          ...(tls.startTls === undefined ? {} : { startTls: tls.startTls }),
          ...(route === undefined ? {} : { route: { hostnames: route.hostnames, alpn: route.alpn } }),
        },
      };

/** The endpoints of a backend as /status has them, each with its chance; the best one first. */
const endpointsOf = (
  facts: StatusFacts,
  backend: string,
  forecasts: readonly EndpointForecast[],
): readonly ExplainedEndpoint[] => {
  const byKey = new Map(forecasts.map((one) => [endpointKey(one), one]));
  const reported = buildStatus(facts).backends.find(({ name }) => name === backend)?.endpoints ?? [];
  return reported
    .map(({ address, port, weight, backup, drained, health, reason, ejectedUntil, share, ...more }) => {
      const found = byKey.get(endpointKey({ address, port }));
      return {
        address,
        port,
        weight,
        ...(backup === undefined ? {} : { backup }),
        ...(drained === undefined ? {} : { drained }),
        health,
        ...(reason === undefined ? {} : { reason }),
        ...(ejectedUntil === undefined ? {} : { ejectedUntil }),
        share,
        open: found?.open ?? more.open,
        used: found !== undefined,
        chance: found?.chance ?? 0,
        full: found?.isFull ?? false,
      };
    })
    .sort((a, b) => b.chance - a.chance || Number(b.used) - Number(a.used));
};
