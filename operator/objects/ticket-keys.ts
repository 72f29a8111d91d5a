import { TICKET_KEY_BYTES, TICKET_KEY_GENERATIONS } from '../../crds/ticket-keys.ts';
import type { KubeObject } from '../../kube/object.ts';

/** When the keys of a Secret were rotated last (RFC 3339). In the Secret, so that no restart rotates them. */
export const TICKETS_ROTATED = 'l4balancer.dev/tickets-rotated';

/** Far longer than a session may be resumed, which is two hours. */
const ROTATION_MS = 12 * 3_600_000;

/** Milliseconds until the keys are rotated; 0 if they are due, or were never written. */
export const rotationDueMs = ({ metadata }: Pick<KubeObject, 'metadata'>, nowMs: number): number => {
  const rotatedMs = Date.parse(metadata.annotations?.[TICKETS_ROTATED] ?? '');
  // A clock that was set back must not stop rotations.
  return Number.isNaN(rotatedMs) ? 0 : Math.max(0, Math.min(rotatedMs, nowMs) + ROTATION_MS - nowMs);
};

const CURRENT = 0;
const NEXT = 2;

/**
 * The keys after those `before`, in the order of crds/ticket-keys.ts: the next one is the current one, and
 * that is the previous one. All are new if `before` is nothing that this function returned. `random` returns
 * that many random bytes.
 */
export const rotatedKeys = (before: Uint8Array, random: (bytes: number) => Uint8Array): Uint8Array => {
  const size = TICKET_KEY_GENERATIONS * TICKET_KEY_BYTES;
  if (before.length !== size) return random(size);
  const keyAt = (index: number) => before.subarray(index * TICKET_KEY_BYTES, (index + 1) * TICKET_KEY_BYTES);
  return Buffer.concat([keyAt(NEXT), keyAt(CURRENT), random(TICKET_KEY_BYTES)]);
};
