import type { ServerResponse } from 'node:http';
import { EventAudience, eventText } from '../../program/event-audience.ts';
import { jsonPage, startPageServer } from '../../program/page-server.ts';
import { readStatusPage } from '../../proxy/admin/status-page.ts';
import type { LiveEndpoints, LiveReport } from '../../report/live.ts';
import { until } from '../../tooling/wait/until.ts';

/** Serves the real page, and reports that a test makes up. */
export interface MadeUpProxy {
  readonly admin: string;
  send(report: LiveReport): void;
  /** Resolves when every page has taken what was sent, as far as the kernel knows. */
  taken(): Promise<void>;
  close(): Promise<void>;
}

/** For what a real proxy would take hours or cannot be brought to. */
export const startMadeUpProxy = async (
  first: LiveReport,
  endpoints: LiveEndpoints = { total: 0, endpoints: [] },
): Promise<MadeUpProxy> => {
  const audience = new EventAudience(16);
  let latest = first;
  const responses = new Set<ServerResponse>();
  const server = await startPageServer({
    address: { host: '127.0.0.1', port: 0 },
    onError: (error) => {
      throw error;
    },
    pages: {
      '/': readStatusPage(),
      '/events': () => ({
        begin: (response) => {
          responses.add(response);
          response.once('close', () => responses.delete(response));
          audience.add(response, eventText('report', latest));
        },
      }),
      '/endpoints': () => jsonPage(endpoints),
    },
  });
  return {
    admin: `127.0.0.1:${server.port}`,
    send(report) {
      latest = report;
      audience.send(eventText('report', report));
    },
    taken: async () => {
      const isTaken = () => [...responses].every(({ writableLength }) => writableLength === 0);
      if (!isTaken()) await until('the pages have taken the report', isTaken, { everyMs: 1 });
    },
    close: () => server.close(),
  };
};
