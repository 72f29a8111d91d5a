/** One knob as a proxy reports it. */
export interface Knob {
  readonly name: string;
  readonly asked?: string | undefined;
  readonly effective: string;
  readonly ok: boolean;
  readonly hint?: string | undefined;
}

/** What a proxy pod said of itself when it was asked last, or why it says nothing. */
export type Reading =
  | { readonly kind: 'Read'; readonly pod: string; readonly node: string; readonly knobs: readonly Knob[] }
  | {
      readonly kind: 'Failed';
      readonly pod: string;
      readonly node: string;
      /** A sentence. */
      readonly why: string;
    };
