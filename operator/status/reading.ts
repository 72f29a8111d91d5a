/** One knob as a proxy reports it. */
export interface Knob {
  readonly name: string;
  readonly asked?: string | undefined;
  readonly effective: string;
  readonly ok: boolean;
  readonly hint?: string | undefined;
}

/** The endpoints of a backend as a proxy has them. */
export interface BackendReport {
  readonly name: string;
  readonly endpoints: number;
  /** Those that checks or failed connections have not taken out. */
  readonly ready: number;
}

/** What the operator reads of a proxy. */
export interface Report {
  readonly knobs: readonly Knob[];
  readonly backends: readonly BackendReport[];
}

/** What a proxy pod said of itself when it was asked last, or why it says nothing. */
export type Reading =
  | (Report & { readonly kind: 'Read'; readonly pod: string; readonly node: string })
  | {
      readonly kind: 'Failed';
      readonly pod: string;
      readonly node: string;
      /** A sentence. */
      readonly why: string;
    };
