/** How one reconcile ended. A closed set: handle-outcome.ts handles each. */
export type Outcome =
  /** The cluster is in the wanted state, as far as the operator can bring it there. */
  | { readonly kind: 'Done' }
  /** Something is due later, and no event will announce it. */
  | { readonly kind: 'Requeue'; readonly afterMs: number; readonly why: RequeueReason }
  /** Something failed; a retry may succeed. */
  | { readonly kind: 'Retry'; readonly error: Error }
  /**
   * The API server refused, and will until somebody changes something. The status reports it; retries are
   * slow.
   */
  | { readonly kind: 'Refused'; readonly afterMs: number; readonly what: readonly string[] };

export type RequeueReason =
  | 'StatusPaced'
  | 'NameTaken'
  | 'BeingDeleted'
  | 'Preflight'
  | 'Contested'
  | 'ShareWithheld'
  | 'CertificateAges'
  | 'TicketKeys';
