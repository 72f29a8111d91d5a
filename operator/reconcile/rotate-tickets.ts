import { childName } from '../../crds/child-name.ts';
import { TICKET_KEYS_ENTRY } from '../../crds/ticket-keys.ts';
import type { Writer } from '../../kube/apply.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ObjectRef } from '../../kube/paths.ts';
import type { Owner } from '../objects/owner.ts';
import type { Secret } from '../objects/secret.ts';
import { rotatedKeys, rotationDueMs, TICKETS_ROTATED } from '../objects/ticket-keys.ts';
import type { Gathered } from './gather.ts';
import { readIfPresent, type WriteDeps } from './write-child.ts';

export interface RotateDeps extends WriteDeps {
  /** Writes under its own field manager, so that applying the Secret itself leaves its keys alone. */
  readonly ticketWriter: Pick<Writer, 'apply'>;
  /** RFC 3339, in whole seconds. */
  readonly wallTime: () => string;
  readonly randomBytes: (bytes: number) => Uint8Array;
}

/**
 * Rotates the keys of the session tickets if they are due. They are read for this alone: only the time of the
 * last rotation is kept. Returns the milliseconds until they are due again, or undefined if there are none or
 * the event about their Secret is still to come. Throws what `read` and `apply` throw; Conflict if another
 * writer was faster.
 */
export const rotateTickets = async (
  { tickets }: Pick<Gathered, 'tickets'>,
  owner: Owner,
  deps: RotateDeps,
): Promise<number | undefined> => {
  if (tickets === undefined || tickets.metadata.deletionTimestamp !== undefined) return undefined;
  const time = deps.wallTime();
  const known = rotationDueMs(tickets, Date.parse(time));
  if (known > 0) return known;
  const ref = ticketRef(owner);
  const live: (Secret & KubeObject) | undefined = await readIfPresent(ref, deps);
  if (live === undefined || live.metadata.uid !== tickets.metadata.uid) return undefined;
  // What is known of it may be old.
  const due = rotationDueMs(live, Date.parse(time));
  if (due > 0) return due;
  const before = Buffer.from(live.data?.[TICKET_KEYS_ENTRY] ?? '', 'base64');
  const keys = Buffer.from(rotatedKeys(before, deps.randomBytes)).toString('base64');
  const { uid, resourceVersion } = live.metadata;
  const metadata = {
    name: ref.name,
    namespace: owner.namespace,
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    annotations: { [TICKETS_ROTATED]: time },
  };
  await deps.ticketWriter.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    data: { [TICKET_KEYS_ENTRY]: keys },
  });
  return rotationDueMs({ metadata }, Date.parse(time));
};

const ticketRef = ({ name, namespace }: Owner): ObjectRef => ({
  apiVersion: 'v1',
  kind: 'Secret',
  namespace,
  name: childName(name, '-tickets'),
});
