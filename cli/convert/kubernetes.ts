import { isCollection, parseAllDocuments } from 'yaml';
import { isRecord } from '../../crds/normalise.ts';
import type { Fields } from './draft.ts';

/** An object of a Kubernetes manifest, as it is written. */
export interface RawObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly content: Fields;
  /** Such as `ConfigMap ingress-nginx/tcp-services`. */
  readonly where: string;
}

export interface Manifests {
  readonly objects: readonly RawObject[];
  /** Documents without a kind, such as a static configuration of Traefik or values of a chart. */
  readonly others: readonly Fields[];
  /** Why it is no YAML, with the line. */
  readonly problem: string | undefined;
}

/** The objects of a manifest, those in lists one by one. Never throws. */
export const parseManifests = (text: string): Manifests => {
  const objects: RawObject[] = [];
  const others: Fields[] = [];
  const add = (value: unknown): void => {
    if (!isRecord(value)) return;
    if (Array.isArray(value.items) && String(value.kind).endsWith('List')) {
      for (const item of value.items) add(item);
      return;
    }
    if (typeof value.kind !== 'string') {
      others.push(value);
      return;
    }
    const metadata = isRecord(value.metadata) ? value.metadata : {};
    const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : undefined;
    const name = typeof metadata.name === 'string' ? metadata.name : '';
    objects.push({
      kind: value.kind,
      apiVersion: String(value.apiVersion ?? ''),
      name,
      namespace,
      content: value,
      where: `${value.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`,
    });
  };
  try {
    for (const document of parseAllDocuments(text)) {
      const [error] = document.errors;
      if (error !== undefined)
        return { objects, others, problem: `is not valid YAML: ${error.message.split('\n')[0]}` };
      if (isCollection(document.contents)) add(document.toJS());
    }
  } catch (cause) {
    // The library throws on alias bombs, and when deep nesting overflows its stack.
    return {
      objects,
      others,
      problem: `cannot be read as YAML: ${cause instanceof Error ? cause.message : cause}`,
    };
  }
  return { objects, others, problem: undefined };
};

/** A field of a record, if that is a record, too. */
export const recordIn = (value: unknown, field: string): Fields => {
  const found = isRecord(value) ? value[field] : undefined;
  return isRecord(found) ? found : {};
};

/** A field that is a list. */
export const listIn = (value: unknown, field: string): readonly unknown[] => {
  const found = isRecord(value) ? value[field] : undefined;
  return Array.isArray(found) ? found : [];
};

/** A field that is a text. */
export const textIn = (value: unknown, field: string): string | undefined => {
  const found = isRecord(value) ? value[field] : undefined;
  return typeof found === 'string' ? found : undefined;
};
