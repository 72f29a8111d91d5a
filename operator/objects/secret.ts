import type { KubeObject } from '../../kube/object.ts';

export interface Secret extends KubeObject {
  readonly type?: string;
  /** In base64. Read only to rotate ticket keys, and kept nowhere. */
  readonly data?: Readonly<Record<string, string>>;
}

/** An object without what makes it secret, if it is a Secret. */
export const withoutSecrets = <T extends KubeObject>(object: T): T => {
  const {
    data: _,
    stringData: __,
    ...rest
  } = object as T & { readonly data?: unknown; readonly stringData?: unknown };
  return object.kind === 'Secret' ? (rest as unknown as T) : object;
};
