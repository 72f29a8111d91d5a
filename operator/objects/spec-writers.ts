import type { KubeObject } from '../../kube/object.ts';
import { type ManagedFields, managedFieldsOf } from './managed-fields.ts';

/** Who owns fields of a spec, and since when unchanged: all that is kept of managedFields. */
export interface SpecWriter {
  /** The field manager, with the subresource that it used. */
  readonly by: string;
  /** RFC 3339, in seconds, by the clock of the API server. */
  readonly at: string;
}

/** The writers of an object's spec. It must have its managedFields. */
export const specWritersOf = (object: KubeObject): readonly SpecWriter[] =>
  managedFieldsOf(object).flatMap(({ manager, time, subresource, fieldsV1 }: ManagedFields): SpecWriter[] =>
    manager === undefined || time === undefined || fieldsV1?.['f:spec'] === undefined
      ? []
      : [{ by: subresource === undefined ? manager : `${manager} (${subresource})`, at: time }],
  );
