/** Which balancers somebody may see. */
export interface Scope {
  readonly seesAll: boolean;
  /** The same for everybody who may see the same: what is put together for one is sent to all of them. */
  readonly key: string;
  includes(namespace: string): boolean;
}

export const EVERYTHING: Scope = { seesAll: true, key: '', includes: () => true };

export const scopeOf = (namespaces: readonly string[]): Scope => {
  const names = new Set(namespaces);
  return { seesAll: false, key: [...names].sort().join(), includes: (one) => names.has(one) };
};

/** Who asks may see something, or the sentence that refuses it and its status. */
export type Admission =
  | { readonly kind: 'Admitted'; readonly scope: Scope }
  | { readonly kind: 'Refused'; readonly status: 401 | 403 | 503; readonly why: string };
