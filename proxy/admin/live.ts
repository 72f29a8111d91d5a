import { EventAudience, type EventListener, eventText } from '../../program/event-audience.ts';
import type { Answer } from '../../program/page-server.ts';
import { jsonPage, textPage } from '../../program/page-server.ts';
import type { LiveReport } from '../../report/live.ts';
import type { EngineStats } from '../engine/stats.ts';
import type { Recorder } from '../live/recorder.ts';
import { rateKey, type Sample } from '../live/sample.ts';
import { endpointKey } from '../table/table.ts';
import { endpointsOut, findEndpoints } from './live-endpoints.ts';
import { buildSummary, type StatusFacts } from './status.ts';

/** Each holds one descriptor of those that are kept for the admin endpoint. */
const MOST_LISTENERS = 16;
/** Endpoints that the picture of the traffic can show. */
const MOST_BUSY = 40;
/** With as few endpoints their rates are always measured, so that the first look has them. */
const FEW_ENDPOINTS = 256;

/** Pages that show what happens now, and what feeds them. */
export interface Live {
  /**
   * Takes figures that the engine was asked for anyway; while nobody looks, it only records a few of them.
   */
  onStats(stats: EngineStats): void;
  events(): Answer;
  endpoints(query: URLSearchParams): Answer;
  /** Ends all streams of events. */
  close(): void;
}

export interface LiveOptions {
  readonly proxy: string;
  /** How often figures are taken. */
  readonly everyMs: number;
  readonly recorder: Recorder;
  readonly facts: (stats?: EngineStats) => StatusFacts;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/** Puts together what the status page shows. */
export const buildLiveReport = (
  { proxy, everyMs }: Pick<LiveReport, 'proxy' | 'everyMs'>,
  facts: StatusFacts,
  sample: Sample,
): LiveReport => ({
  proxy,
  nowMs: facts.nowMs,
  everyMs,
  summary: buildSummary(facts),
  totals: sample.totals,
  listeners: sample.listeners,
  backends: sample.backends,
  acceptors: sample.acceptors,
  closes: sample.closes,
  busiest: busiest(facts, sample),
  out: endpointsOut(facts, sample.endpoints),
});

/** Empty until rates were measured. */
const busiest = ({ stats }: StatusFacts, { endpoints }: Sample): LiveReport['busiest'] =>
  stats.endpoints
    .flatMap((endpoint) => {
      const { backend, address, port, openConnections: open } = endpoint;
      const rates = endpoints.get(rateKey(backend, endpointKey(endpoint)));
      return rates === undefined ? [] : [{ backend, address, port, open, ...rates }];
    })
    .sort((a, b) => b.bytes - a.bytes || b.rate - a.rate || b.open - a.open)
    .slice(0, MOST_BUSY);

export const createLive = ({ proxy, everyMs, recorder, facts, now }: LiveOptions): Live => {
  const audience = new EventAudience(MOST_LISTENERS);
  const report = (given: StatusFacts, sample: Sample): string =>
    eventText('report', buildLiveReport({ proxy, everyMs }, given, sample));
  const begin = (response: EventListener): void => {
    const history = recorder.history();
    const { latest } = recorder;
    // Within the first seconds there is nothing yet.
    const first =
      history === undefined || latest === undefined
        ? ''
        : eventText('history', { proxy, history }) + report(facts(), latest);
    // A comment at least, so that the client learns at once that it is heard.
    audience.add(response, `: hello\n\n${first}`);
  };
  return {
    onStats(stats) {
      const isWatched = audience.size > 0;
      const sample = recorder.add(stats, now(), isWatched || stats.endpoints.length <= FEW_ENDPOINTS);
      // Built once for all that look.
      if (isWatched) audience.send(report(facts(stats), sample));
    },
    events() {
      const problem = audience.whyFull();
      return problem === undefined ? { begin } : textPage(503, problem);
    },
    endpoints: (query) => jsonPage(findEndpoints(facts(), recorder.latest?.endpoints ?? new Map(), query)),
    close: () => audience.close(eventText('bye', { proxy })),
  };
};
