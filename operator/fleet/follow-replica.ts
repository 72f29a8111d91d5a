import type { IncomingMessage } from 'node:http';
import type { BackoffLimits } from '../../kube/backoff.ts';
import { createBackoff } from '../../kube/backoff.ts';
import type { Clock } from '../../kube/clock.ts';
import type { FleetFigures, ReplicaLink } from '../../report/fleet.ts';
import type { LiveHistory } from '../../report/live.ts';
import { parseLiveHistory, parseLiveReport } from '../../report/live-parse.ts';
import { askReplica, ReplicaSilent, silence } from './ask-replica.ts';
import { EventLines, type TextEvent } from './event-lines.ts';
import type { Replica } from './replicas.ts';

export interface FollowDeps {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  onFigures(figures: FleetFigures): void;
  onLink(link: ReplicaLink): void;
}

/** A replica whose live figures are taken. */
export interface FollowedReplica {
  readonly link: ReplicaLink;
  /** Asks for its history, which the next figures bring along, by connecting anew. */
  renew(): void;
  stop(): void;
}

/** A history of the most listeners and backends that a proxy keeps has one megabyte. */
const LONGEST_EVENT = 4 * 1024 * 1024;
/** A proxy reports every two seconds. */
const SILENT_MS = 20_000;
const BACKOFF: BackoffLimits = { firstMs: 1_000, longestMs: 10_000 };

/** Follows the events of a proxy until `stop`, and connects again whenever they end. */
export const followReplica = (
  replica: Replica,
  { clock, random, onFigures, onLink }: FollowDeps,
): FollowedReplica => {
  const stopping = new AbortController();
  let connection = new AbortController();
  let link: ReplicaLink = { state: 'Connecting' };
  const setLink = (now: ReplicaLink): void => {
    if (stopping.signal.aborted || JSON.stringify(now) === JSON.stringify(link)) return;
    link = now;
    onLink(now);
  };

  const take = ({ type, data }: TextEvent, before: LiveHistory | undefined): LiveHistory | undefined => {
    if (type === 'history') return parseLiveHistory(data);
    if (type === 'bye') throw new ReplicaSilent('It is shutting down.');
    if (type !== 'report') return before;
    const report = parseLiveReport(data);
    if (report === undefined) throw new ReplicaSilent('It runs a version whose figures have another form.');
    setLink({ state: 'Live' });
    onFigures({ pod: replica.pod, ...(before === undefined ? {} : { history: before }), report });
    return undefined;
  };

  const read = async (response: IncomingMessage): Promise<void> => {
    const lines = new EventLines(LONGEST_EVENT);
    let history: LiveHistory | undefined;
    response.setEncoding('utf8');
    for await (const text of response)
      for (const event of lines.push(text as string)) history = take(event, history);
  };

  const run = async (): Promise<void> => {
    const backoff = createBackoff(BACKOFF, random);
    while (!stopping.signal.aborted) {
      connection = new AbortController();
      const renewed = connection.signal;
      try {
        const signal = AbortSignal.any([stopping.signal, renewed]);
        const response = await askReplica(replica, '/events', SILENT_MS, signal);
        backoff.reset();
        await read(response);
        setLink({ state: 'Lost', why: 'The connection to it was interrupted.' });
      } catch (error) {
        if (renewed.aborted) continue;
        setLink({ state: 'Lost', why: silence(error).message });
      }
      if (!renewed.aborted) await clock.sleep(backoff.next(), stopping.signal);
    }
  };
  void run();

  return {
    get link() {
      return link;
    },
    renew: () => connection.abort(),
    stop: () => stopping.abort(),
  };
};
