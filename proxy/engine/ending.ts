/** Who ended a connection. */
export type EndedBy = 'Both' | 'Client' | 'Endpoint' | 'Proxy';

/** How far a connection had got when it ended. An engine may count by the index in this list. */
export const PHASES = [
  'Connecting', // to an endpoint
  'Waiting', // for capacity at an endpoint, since all are full
  'Relaying', // an endpoint was connected
  'HandingOver', // from the acceptor that accepted it to another one
  'Unknown', // it ended with its acceptor, and its state was lost as well
] as const;
export type Phase = (typeof PHASES)[number];

export interface Ending {
  readonly reason: string;
  readonly by: EndedBy;
  /** The phases in which it may occur. */
  readonly phases: readonly Phase[];
  /** Whether it is an error: those are in an access log of mode Errors. */
  readonly isError: boolean;
  /** In plain words, for the documentation. */
  readonly meaning: string;
}

export const EARLY: readonly Phase[] = ['Connecting'];
export const BEFORE: readonly Phase[] = ['Connecting', 'Waiting'];
export const ANY: readonly Phase[] = ['Connecting', 'Waiting', 'Relaying'];
export const AFTER: readonly Phase[] = ['Relaying'];
