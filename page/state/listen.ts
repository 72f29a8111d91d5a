import type { LiveHistory, LiveReport } from '../../report/live.ts';
import { createLink } from './link.ts';
import { takeHistory, takeReport } from './store.ts';

const ANSWER_MS = 10_000;
const UNAVAILABLE = 503;

let source: EventSource | undefined;

/** Asks why there are no events: an EventSource does not say. */
const whyNot = async (): Promise<string> => {
  try {
    const answer = await fetch('events', { method: 'HEAD', signal: AbortSignal.timeout(ANSWER_MS) });
    return answer.status === UNAVAILABLE
      ? 'The proxy sends no events: it is shutting down, or as many pages as it serves are open.'
      : 'The connection to the proxy was interrupted.';
  } catch {
    // Which error it is says no more: a browser keeps the cause to itself.
    return 'The proxy does not answer.';
  }
};

const link = createLink({
  name: 'proxy',
  silenceMs: 20_000,
  open() {
    const events = new EventSource('events');
    source = events;
    events.addEventListener('history', ({ data }) => {
      const { proxy, history } = JSON.parse(data) as {
        readonly proxy: string;
        readonly history: LiveHistory;
      };
      takeHistory(proxy, history);
    });
    events.addEventListener('report', ({ data }) => {
      takeReport(JSON.parse(data) as LiveReport);
      link.heard();
    });
    events.addEventListener('bye', () => link.lose('The proxy is shutting down.'));
    events.onerror = () => {
      link.lose();
      void whyNot().then(link.explain);
    };
  },
  close() {
    source?.close();
    source = undefined;
  },
});

/** Follows the proxy while the page is seen: a page that nobody sees costs nothing. */
export const listen = (): void => {
  const follow = (): void => {
    if (document.hidden) link.disconnect();
    else link.connect();
  };
  document.addEventListener('visibilitychange', follow);
  follow();
};
