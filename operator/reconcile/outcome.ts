/** How one reconcile ended. Closed: settle.ts handles each. */
export type Outcome =
  /** The world is as it should be, as far as the operator can bring it. */
  | { readonly kind: 'Done' }
  /** Something is known to be due later, and no event will tell. */
  | { readonly kind: 'Again'; readonly afterMs: number; readonly why: AgainReason }
  /** Something failed that may succeed when tried again. */
  | { readonly kind: 'Retry'; readonly error: Error }
  /** The API server said no, and will until somebody changes something. The status says so; it is tried again slowly. */
  | { readonly kind: 'Refused'; readonly afterMs: number; readonly what: readonly string[] };

export type AgainReason = 'StatusPaced' | 'NameTaken' | 'BeingDeleted' | 'Preflight' | 'Contested';
