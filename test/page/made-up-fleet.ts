import { readFleetPage } from '../../operator/fleet/pages.ts';
import { EventAudience, eventText } from '../../program/event-audience.ts';
import { jsonPage, startPageServer } from '../../program/page-server.ts';
import type {
  FleetBalancer,
  FleetEndpoints,
  FleetFigures,
  FleetHead,
  FleetOverview,
  FleetRow,
} from '../../report/fleet.ts';

/** Serves the real page of all balancers, and what a test makes up. */
export interface MadeUpFleet {
  /** Host and port. */
  readonly address: string;
  send(overview: FleetOverview): void;
  close(): Promise<void>;
}

/** One balancer with the figures of its replicas. */
export interface MadeUpBalancer {
  readonly balancer: FleetBalancer;
  readonly figures: readonly FleetFigures[];
  readonly endpoints?: FleetEndpoints;
}

export const HEAD: FleetHead = {
  version: '1.2.3',
  operator: 'l4balancer-operator-7d9c-x2x7p',
  nowMs: Date.parse('2026-11-24T12:00:00Z'),
  isLeader: true,
  namespaces: [],
  problems: [],
  seesAll: true,
};

export const fleetRow = (row: Partial<FleetRow> & { readonly name: string }): FleetRow => ({
  namespace: 'shop',
  ready: 'True',
  reason: 'Available',
  message: 'All replicas serve.',
  since: '2026-11-20T12:00:00Z',
  readyReplicas: 2,
  wantedReplicas: 2,
  traffic: { open: 12, rate: 3.5, ageMs: 4_000, replicas: 2 },
  capacity: 40_000,
  problems: [],
  problemCount: 0,
  limiting: [],
  words: 'web :8080/TCP web 203.0.113.7',
  ...row,
});

/** For what a real fleet would need hundreds of pods, or cannot be brought to. */
export const startMadeUpFleet = async (first: FleetOverview, one?: MadeUpBalancer): Promise<MadeUpFleet> => {
  const audience = new EventAudience(16);
  let latest = first;
  const server = await startPageServer({
    address: { host: '127.0.0.1', port: 0 },
    onError: (error) => {
      throw error;
    },
    pages: {
      '/': readFleetPage(),
      '/events': (query) => ({
        begin: (response) => {
          if (!query.has('balancer')) audience.add(response, eventText('fleet', latest));
          else if (one !== undefined) {
            response.write(eventText('balancer', one.balancer));
            for (const figures of one.figures) response.write(eventText('figures', figures));
          }
        },
      }),
      '/endpoints': () => jsonPage(one?.endpoints ?? { isPart: false, replicas: [], silent: [] }),
    },
  });
  return {
    address: `127.0.0.1:${server.port}`,
    send(overview) {
      latest = overview;
      audience.send(eventText('fleet', overview));
    },
    close: () => server.close(),
  };
};
