import type { LiveHistory, LiveReport } from '../../report/live.ts';
import { connection, takeHistory, takeReport } from './store.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** Without an event for as long, the connection is dead, though nothing said so. */
const SILENCE_MS = 20_000;
const UNAVAILABLE = 503;

let source: EventSource | undefined;
let timer: number | undefined;
let pauseMs = FIRST_PAUSE_MS;

const wait = (ms: number, then: () => void): void => {
  clearTimeout(timer);
  timer = setTimeout(then, ms);
};

const close = (): void => {
  clearTimeout(timer);
  source?.close();
  source = undefined;
};

/** Asks why there are no events: an EventSource does not say. */
const whyNot = async (): Promise<string> => {
  try {
    const answer = await fetch('events', { method: 'HEAD', signal: AbortSignal.timeout(LONGEST_PAUSE_MS) });
    return answer.status === UNAVAILABLE
      ? 'The proxy sends no events: it is shutting down, or as many pages as it serves are open.'
      : 'The connection to the proxy was interrupted.';
  } catch {
    // Which error it is says no more: a browser keeps the cause to itself.
    return 'The proxy does not answer.';
  }
};

const lose = (why: Promise<string> | string): void => {
  close();
  const sinceMs = connection.value.state === 'Lost' ? connection.value.sinceMs : Date.now();
  if (connection.value.state !== 'Lost')
    connection.value = { state: 'Lost', why: 'The connection to the proxy was interrupted.', sinceMs };
  void Promise.resolve(why).then((text) => {
    if (connection.value.state === 'Lost') connection.value = { state: 'Lost', why: text, sinceMs };
  });
  wait(pauseMs, connect);
  pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
};

const heard = (): void => {
  pauseMs = FIRST_PAUSE_MS;
  connection.value = { state: 'Live' };
  wait(SILENCE_MS, () => lose('The proxy has sent nothing for a while.'));
};

const connect = (): void => {
  close();
  const events = new EventSource('events');
  source = events;
  events.addEventListener('history', ({ data }) => {
    const { proxy, history } = JSON.parse(data) as { readonly proxy: string; readonly history: LiveHistory };
    takeHistory(proxy, history);
  });
  events.addEventListener('report', ({ data }) => {
    takeReport(JSON.parse(data) as LiveReport);
    heard();
  });
  events.addEventListener('bye', () => lose('The proxy is shutting down.'));
  events.onerror = () => lose(whyNot());
};

/** Follows the proxy while the page is seen: a page that nobody sees costs nothing. */
export const listen = (): void => {
  const follow = (): void => {
    if (document.hidden) close();
    else connect();
  };
  document.addEventListener('visibilitychange', follow);
  follow();
};
