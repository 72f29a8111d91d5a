import type { IncomingMessage } from 'node:http';
import type { FleetEndpoints } from '../../report/fleet.ts';
import type { LiveEndpoint, LiveEndpoints } from '../../report/live.ts';
import { parseLiveEndpoints } from '../../report/live-parse.ts';
import { limitConcurrency } from '../proxy-reports/concurrency-limit.ts';
import { askReplica, ReplicaSilent } from './ask-replica.ts';
import type { Replica } from './replicas.ts';

const SILENT_MS = 5_000;
/** What a proxy answers at most to one question. */
const AT_ONCE = 100;
/** Endpoints that are joined over the replicas; of more, a page asks for those of one replica. */
const MOST_JOINED = 300;
/** A hundred endpoints with the longest reasons have 300 KB. */
const MAX_BYTES = 2 * 1024 * 1024;
const MOST_QUESTIONS = 16;
const withinLimit = limitConcurrency(MOST_QUESTIONS);

const textOf = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += chunk as string;
    if (text.length > MAX_BYTES) throw new ReplicaSilent('Its answer is too long.');
  }
  return text;
};

const askOnce = async (
  replica: Replica,
  question: URLSearchParams,
  signal: AbortSignal,
): Promise<LiveEndpoints> => {
  const response = await askReplica(replica, `/endpoints?${question}`, SILENT_MS, signal);
  const found = parseLiveEndpoints(await textOf(response));
  if (found === undefined) throw new ReplicaSilent('It runs a version whose answers have another form.');
  return found;
};

/** Enough of them to be joined, or as many as the question is about. */
const askAll = async (
  replica: Replica,
  question: URLSearchParams,
  isWhole: boolean,
  signal: AbortSignal,
): Promise<LiveEndpoints> => {
  if (!isWhole) return askOnce(replica, question, signal);
  const endpoints: LiveEndpoint[] = [];
  for (;;) {
    const page = new URLSearchParams(question);
    page.set('offset', `${endpoints.length}`);
    page.set('limit', `${AT_ONCE}`);
    const found = await askOnce(replica, page, signal);
    endpoints.push(...found.endpoints);
    if (found.total > MOST_JOINED || found.endpoints.length === 0 || endpoints.length >= found.total)
      return { total: found.total, endpoints: found.total > MOST_JOINED ? [] : endpoints };
  }
};

const QUESTIONS = ['backend', 'search', 'offset', 'limit'] as const;

/**
 * Asks replicas for endpoints. Of several replicas all are asked for, so that they can be joined; a replica
 * that has too many for that returns how many. Never rejects.
 */
export const askEndpoints = async (
  replicas: readonly Replica[],
  query: URLSearchParams,
): Promise<FleetEndpoints> => {
  const question = new URLSearchParams(
    QUESTIONS.flatMap((name) => {
      const value = query.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const signal = AbortSignal.timeout(SILENT_MS);
  const isPart = query.has('replica') || replicas.length === 1;
  const answers = await Promise.all(
    replicas
      .filter(({ ip }) => ip !== '')
      .map(async (replica) => {
        try {
          const found = await withinLimit(() => askAll(replica, question, !isPart, signal));
          return { pod: replica.pod, found };
        } catch (error) {
          if (error instanceof ReplicaSilent || signal.aborted) return { pod: replica.pod, found: undefined };
          throw error;
        }
      }),
  );
  return {
    isPart,
    replicas: answers.flatMap(({ pod, found }) => (found === undefined ? [] : [{ pod, ...found }])),
    silent: answers.flatMap(({ pod, found }) => (found === undefined ? [pod] : [])),
  };
};
