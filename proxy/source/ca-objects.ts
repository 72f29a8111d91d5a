import type { KubeObject } from '../../kube/object.ts';
import { type CaSource, caName, caSourceOf, caTitle } from '../configuration/ca-source.ts';
import type { CaBundles, CaContent } from './ca-bundles.ts';
import { type Following, followNamed } from './named-objects.ts';
import { followTogether, type NameFollower } from './with-named.ts';

type Kind = 'ConfigMap' | 'Secret';
type ObjectSource = Extract<CaSource, { readonly kind: Kind }>;

interface Content extends KubeObject {
  /** Of a Secret, in base64. */
  readonly data?: Readonly<Record<string, string>>;
}

export interface CaObjectsOptions {
  readonly namespace: string;
  /** What takes them: CA bundles, or lists of revoked certificates. */
  readonly bundles: Pick<CaBundles, 'offer' | 'forget'>;
  /** What they are, for messages about permissions. */
  readonly what?: string;
  /** Called when an object can be followed no more, or again. */
  readonly onChange: () => void;
  readonly following: Following;
}

const contentOf = (source: ObjectSource, object: Content | undefined): CaContent => {
  const { kind, name, key } = source;
  if (object === undefined)
    return {
      version: 'missing',
      problem: {
        code: 'CaBundleMissing',
        message: `${kind} "${name}" does not exist: create it with the key ${key}, or name another one`,
      },
    };
  const version = `${object.metadata.uid ?? ''}/${object.metadata.resourceVersion ?? ''}`;
  const value = object.data?.[key];
  if (value === undefined)
    return {
      version,
      problem: {
        code: 'CaBundleInvalid',
        message: `${kind} "${name}" lacks the key ${key}: add it, in PEM`,
      },
    };
  return { version, text: kind === 'Secret' ? Buffer.from(value, 'base64').toString('latin1') : value };
};

/** Follows objects of one kind, of which several keys may be bundles. */
const followKind = (kind: Kind, plural: string, options: CaObjectsOptions): NameFollower => {
  const { namespace, bundles, onChange, following, what = 'CA bundle' } = options;
  let wanted: readonly ObjectSource[] = [];
  const seen = new Map<string, Content | undefined>();
  const offer = (source: ObjectSource): void => {
    if (seen.has(source.name))
      bundles.offer(caName(source), caTitle(source), contentOf(source, seen.get(source.name)));
  };
  const objects = followNamed<Content>({
    namespace,
    kind: `${what} in ${kind}`,
    plural,
    following,
    onChange,
    onObject(name, object) {
      seen.set(name, object);
      for (const source of wanted) if (source.name === name) offer(source);
    },
    onLeft: (name) => seen.delete(name),
  });
  return {
    setNames(names) {
      const before = wanted;
      wanted = names.map(caSourceOf).filter((source): source is ObjectSource => source.kind === kind);
      const kept = new Set(wanted.map(caName));
      for (const source of before) if (!kept.has(caName(source))) bundles.forget(caName(source));
      objects.setNames(wanted.map(({ name }) => name));
      for (const source of wanted) offer(source);
    },
    fails(name) {
      const source = caSourceOf(name);
      return source.kind === kind && objects.fails(source.name);
    },
    stop: () => objects.stop(),
  };
};

/** Follows ConfigMaps and Secrets of one namespace by name, as CA bundles. */
export const followCaObjects = (options: CaObjectsOptions): NameFollower =>
  followTogether(followKind('ConfigMap', 'configmaps', options), followKind('Secret', 'secrets', options));
