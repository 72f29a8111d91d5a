import type { Transport } from '../../kube/transport.ts';
import type { Pages } from '../../program/page-server.ts';
import { admitLocal } from './admit-local.ts';
import { createAdmitToken } from './admit-token.ts';
import { createFleet, type Fleet, type FleetSources } from './fleet.ts';
import { fleetPages, readFleetPage } from './pages.ts';
import { createReviews } from './reviews.ts';

/** The pages of all balancers, for those at a loopback address and for those with a token. */
export interface OpenFleet extends Pick<Fleet, 'isWatched' | 'close'> {
  readonly local: Pages;
  readonly forTokens: Pages;
}

export interface OpenFleetOptions extends FleetSources {
  /** For reviews of tokens. */
  readonly transport: Pick<Transport, 'request'>;
  readonly fieldManager: string;
  readonly onReviewError: (error: unknown) => void;
}

/** Puts together what serves the page. Loaded when somebody asks for it first. */
export const openFleet = ({
  transport,
  fieldManager,
  onReviewError,
  ...sources
}: OpenFleetOptions): OpenFleet => {
  const fleet = createFleet(sources);
  const page = readFleetPage();
  const admitToken = createAdmitToken({
    reviews: createReviews(transport, fieldManager),
    namespaces: fleet.namespaces,
    now: sources.clock.now,
    onError: onReviewError,
  });
  return {
    isWatched: fleet.isWatched,
    close: fleet.close,
    local: fleetPages({ fleet, page, admit: admitLocal, isPageOpen: false }),
    forTokens: fleetPages({ fleet, page, admit: admitToken, isPageOpen: true }),
  };
};
