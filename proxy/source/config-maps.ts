import type { KubeObject } from '../../kube/object.ts';
import { type Following, followNamed } from './named-objects.ts';
import type { ListContent, ListText, SourceLists } from './source-lists.ts';
import type { NameFollower } from './with-named.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export interface ConfigMapOptions {
  readonly namespace: string;
  readonly lists: SourceLists;
  /** Called when a ConfigMap can be followed no more, or again. */
  readonly onChange: () => void;
  readonly following: Following;
}

const contentOf = (title: string, configMap: ConfigMap | undefined): ListContent => {
  if (configMap === undefined)
    return {
      version: 'missing',
      code: 'SourceListMissing',
      problem: `${title} does not exist: create it with the keys allow or deny, or remove it from the listener`,
    };
  const version = `${configMap.metadata.uid ?? ''}/${configMap.metadata.resourceVersion ?? ''}`;
  const { allow, deny } = configMap.data ?? {};
  const texts: readonly ListText[] = [
    ...(allow === undefined ? [] : [{ where: 'key allow', form: 'Allow' as const, text: allow }]),
    ...(deny === undefined ? [] : [{ where: 'key deny', form: 'Deny' as const, text: deny }]),
  ];
  if (texts.length > 0) return { version, texts };
  return {
    version,
    code: 'SourceListInvalid',
    problem: `${title} has neither the key allow nor the key deny: add one`,
  };
};

/** Follows ConfigMaps of one namespace by name, as lists of addresses. */
export const followConfigMaps = ({ namespace, lists, onChange, following }: ConfigMapOptions): NameFollower =>
  followNamed<ConfigMap>({
    namespace,
    kind: 'ConfigMap',
    plural: 'configmaps',
    following,
    onChange,
    onObject(name, configMap) {
      const title = `ConfigMap "${name}"`;
      lists.offer(name, title, contentOf(title, configMap));
    },
    onLeft: (name) => lists.forget(name),
  });
