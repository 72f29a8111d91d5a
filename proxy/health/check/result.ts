/** Why a check failed, as one of few words: it becomes a label of a metric. */
export type CheckFailure =
  | 'Refused' // nobody listens there
  | 'TimedOut'
  | 'Unreachable' // no route to the host or its network
  | 'Reset'
  | 'Closed' // before an answer
  | 'Handshake' // of TLS
  | 'Protocol' // the answer is not of the protocol asked for, or has no end
  | 'Status' // the answer says that it is not healthy
  | 'Local' // the proxy or its machine could not make the check, which says nothing about the endpoint
  | 'Other';

/** What one check found. */
export type CheckResult =
  | { readonly ok: true }
  /** `reason` is for people: what happened, in a few words. */
  | { readonly ok: false; readonly failure: CheckFailure; readonly reason: string };

export const OK: CheckResult = { ok: true };

export const failed = (failure: CheckFailure, reason: string): CheckResult => ({
  ok: false,
  failure,
  reason,
});
