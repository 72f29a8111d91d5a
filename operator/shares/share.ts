import { MAX_AMOUNT } from '../../crds/shared-limit.ts';

/** One replica as seen now. */
export interface Replica {
  readonly name: string;
  /** Whether clients come to it. */
  readonly takesClients: boolean;
  /** Undefined if its proxy has not reported, or does not apply shares of this limit yet. */
  readonly report: ShareReport | undefined;
}

/** What a proxy last reported about a limit. It stays true of its version, however late it arrives. */
export interface ShareReport {
  /** Version of the share in force; 0 if it has none, and so lets no client in. */
  readonly version: number;
  /** What it keeps using even if that is more than its share; read after that share came into force. */
  readonly held: number;
  /** What it uses; undefined if that is not known yet. */
  readonly used: number | undefined;
  /** What it refused between the last two reports. */
  readonly refused: number;
}

/**
 * Reserved for a replica that may not apply shares yet: as much as any limit, so that no share rises while it
 * has not reported.
 */
export const UNKNOWN = MAX_AMOUNT;
