import type { KubeObject } from '../../kube/object.ts';
import { listAll } from '../../kube/page-list.ts';
import { collectionPath } from '../../kube/paths.ts';
import { explain } from '../errors/explain.ts';
import { CALL_TIMEOUT_MS } from './balancers.ts';
import type { Session } from './session.ts';

/** An Event, with only the fields used; those of core/v1 have `deprecated` fields instead. */
export interface RawEvent extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly regarding?: { readonly kind?: string; readonly name?: string };
  readonly eventTime?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly deprecatedCount?: number;
}

/** Something that went wrong, as an Event says it. */
export interface Happened {
  readonly reason: string;
  readonly note: string;
  /** Such as `Pod l4b-edge-7f6c-2kxq`. */
  readonly about: string;
  readonly name: string;
  /** RFC 3339. */
  readonly lastAt: string;
  readonly times: number;
}

export const happenedOf = (event: RawEvent): Happened => ({
  reason: event.reason ?? '',
  note: event.note ?? '',
  about: `${event.regarding?.kind ?? ''} ${event.regarding?.name ?? ''}`.trim(),
  name: event.regarding?.name ?? '',
  lastAt:
    event.series?.lastObservedTime ??
    event.deprecatedLastTimestamp ??
    event.eventTime ??
    event.metadata.creationTimestamp ??
    '',
  times: event.series?.count ?? event.deprecatedCount ?? 1,
});

/** The warnings of a namespace about these objects, the latest first. Throws CliError. */
export const listWarnings = async (
  { transport, namespace }: Session,
  names: ReadonlySet<string>,
): Promise<readonly Happened[]> => {
  const { objects } = await listAll<RawEvent>({
    transport,
    path: collectionPath({ apiVersion: 'events.k8s.io/v1', kind: 'Event' }, namespace),
    fieldSelector: 'type=Warning',
    timeoutMs: CALL_TIMEOUT_MS,
  }).catch((error: unknown) => {
    throw explain(error, `list the events of namespace ${namespace}`);
  });
  return [...objects.values()]
    .map(happenedOf)
    .filter(({ name }) => names.has(name))
    .sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
};
