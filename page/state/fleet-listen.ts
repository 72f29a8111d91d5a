import type { FleetEndpoints } from '../../report/fleet.ts';
import { joinEndpoints } from '../words/join-endpoints.ts';
import { answerBy } from './endpoints.ts';
import { readEvents } from './event-stream.ts';
import {
  leaveBalancer,
  shownKey,
  takeBalancer,
  takeFigures,
  takeOverview,
  tokenAsked,
} from './fleet-store.ts';
import { chosen, connection } from './store.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** The operator sends something every five seconds. */
const SILENCE_MS = 25_000;
const ANSWER_MS = 10_000;

/** In memory alone: a cookie would be sent to whatever else listens at this host, and outlive the page. */
let token = '';
let following: AbortController | undefined;
let timer: number | undefined;
let pauseMs = FIRST_PAUSE_MS;

const headers = (): Record<string, string> => (token === '' ? {} : { authorization: `Bearer ${token}` });

const wait = (ms: number, then: () => void): void => {
  clearTimeout(timer);
  timer = setTimeout(then, ms);
};

const stop = (): void => {
  clearTimeout(timer);
  following?.abort();
  following = undefined;
};

const lose = (why: string): void => {
  stop();
  const sinceMs = connection.value.state === 'Lost' ? connection.value.sinceMs : Date.now();
  connection.value = { state: 'Lost', why, sinceMs };
  wait(pauseMs, () => void follow());
  pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
};

const heard = (): void => {
  pauseMs = FIRST_PAUSE_MS;
  if (connection.value.state !== 'Live') connection.value = { state: 'Live' };
  wait(SILENCE_MS, () => lose('The operator has sent nothing for a while.'));
};

/** Asks for a token, and shows nothing until there is one. */
const askToken = (why: string): void => {
  stop();
  token = '';
  leaveBalancer();
  connection.value = { state: 'Connecting' };
  tokenAsked.value = why;
};

const onEvent = (type: string, data: string): void => {
  switch (type) {
    case 'fleet':
      takeOverview(JSON.parse(data));
      break;
    case 'balancer':
      takeBalancer(JSON.parse(data));
      break;
    case 'figures':
      takeFigures(JSON.parse(data));
      break;
    case 'end': {
      const { why } = JSON.parse(data) as { readonly why: string };
      if (why !== '') {
        askToken(why);
        return;
      }
      break;
    }
    case 'bye':
      lose('The operator is shutting down.');
      return;
    default:
      // Of another version: the next list reloads the page.
      break;
  }
  heard();
};

const follow = async (): Promise<void> => {
  stop();
  const own = new AbortController();
  following = own;
  const key = shownKey.value;
  const query = key === undefined ? '' : `?${new URLSearchParams({ balancer: key })}`;
  wait(SILENCE_MS, () => lose('The operator does not answer.'));
  try {
    const response = await fetch(`events${query}`, {
      headers: headers(),
      signal: own.signal,
      cache: 'no-store',
    });
    if (response.status === 401 || (response.status === 403 && token !== '')) {
      askToken((await response.text()).trim());
      return;
    }
    if (!response.ok || response.body === null) {
      lose((await response.text()).trim().slice(0, 500));
      return;
    }
    tokenAsked.value = undefined;
    await readEvents(response.body, (type, data) => {
      if (following === own) onEvent(type, data);
    });
    if (following === own) lose('The connection to the operator was interrupted.');
  } catch {
    // Which error it is says no more: a browser keeps the cause to itself.
    if (following === own) lose('The operator does not answer.');
  }
};

/** Looks with another token. */
export const useToken = (given: string): void => {
  token = given;
  void follow();
};

const askOperator = async (question: string) => {
  try {
    const query = new URLSearchParams(question);
    query.set('balancer', shownKey.value ?? '');
    if (chosen.value !== undefined) query.set('replica', chosen.value);
    const response = await fetch(`endpoints?${query}`, {
      headers: headers(),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!response.ok) return undefined;
    const { replicas, isPart } = (await response.json()) as FleetEndpoints;
    const part = {
      offset: Number(query.get('offset') ?? 0),
      limit: Number(query.get('limit') ?? Number.POSITIVE_INFINITY),
    };
    return joinEndpoints(replicas, part, isPart);
  } catch {
    // The next figures ask again, and the connection says by itself that it is lost.
    return undefined;
  }
};

const keyOfHash = (): string | undefined => {
  const [, namespace, name] = /^#\/([^/]+)\/([^/]+)$/.exec(location.hash) ?? [];
  return namespace === undefined
    ? undefined
    : `${decodeURIComponent(namespace)}/${decodeURIComponent(name ?? '')}`;
};

/** Follows the operator while the page is seen: what the address names after #, or else all balancers. */
export const listenToFleet = (): void => {
  answerBy(askOperator);
  const look = (): void => {
    if (document.hidden) stop();
    else void follow();
  };
  addEventListener('hashchange', () => {
    shownKey.value = keyOfHash();
    chosen.value = undefined;
    leaveBalancer();
    scrollTo(0, 0);
    if (tokenAsked.value === undefined) look();
  });
  document.addEventListener('visibilitychange', () => {
    if (tokenAsked.value === undefined) look();
  });
  shownKey.value = keyOfHash();
  look();
};
