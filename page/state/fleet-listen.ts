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
import { createLink } from './link.ts';
import { chosen, connection } from './store.ts';

const ANSWER_MS = 10_000;

/** In memory alone: a cookie would be sent to whatever else listens at this host, and outlive the page. */
let token = '';
let following: AbortController | undefined;

const headers = (): Record<string, string> => (token === '' ? {} : { authorization: `Bearer ${token}` });

/** Asks for a token, and shows nothing until there is one. */
const askToken = (why: string): void => {
  link.disconnect();
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
      link.lose('The operator is shutting down.');
      return;
    default:
      // Of another version: the next list reloads the page.
      break;
  }
  link.heard();
};

const follow = async (): Promise<void> => {
  const own = new AbortController();
  following = own;
  const key = shownKey.value;
  const query = key === undefined ? '' : `?${new URLSearchParams({ balancer: key })}`;
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
      link.lose((await response.text()).trim().slice(0, 500));
      return;
    }
    tokenAsked.value = undefined;
    await readEvents(response.body, (type, data) => {
      if (following === own) onEvent(type, data);
    });
    if (following === own) link.lose('The connection to the operator was interrupted.');
  } catch {
    // Which error it is says no more: a browser keeps the cause to itself.
    if (following === own) link.lose('The operator does not answer.');
  }
};

const link = createLink({
  name: 'operator',
  // The operator sends something every five seconds.
  silenceMs: 25_000,
  open: () => void follow(),
  close() {
    following?.abort();
    following = undefined;
  },
});

/** Looks with another token. */
export const useToken = (given: string): void => {
  token = given;
  link.connect();
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
    if (document.hidden) link.disconnect();
    else link.connect();
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
