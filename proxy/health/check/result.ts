/** Why a check failed, from a small set of words: it becomes a label of a metric. */
export type CheckFailure =
  | 'Refused' // no process listens on the port
  | 'TimedOut'
  | 'Unreachable' // no route to the host or its network
  | 'Reset'
  | 'Closed' // before the answer was complete
  | 'Handshake' // the TLS handshake failed
  | 'Protocol' // the answer is not in the expected protocol, or is too long
  | 'Status' // the endpoint reports that it is not healthy
  | 'Local' // the proxy or its machine could not make the check; this says nothing about the endpoint
  | 'Other';

/** The result of one check. */
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
