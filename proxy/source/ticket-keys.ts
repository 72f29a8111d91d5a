import { childName } from '../../crds/child-name.ts';
import { TICKET_KEY_BYTES, TICKET_KEY_GENERATIONS, TICKET_KEYS_ENTRY } from '../../crds/ticket-keys.ts';
import type { Transport } from '../../kube/transport.ts';
import { type FollowedCollection, follow } from './follow-collection.ts';
import type { Secret } from './secrets.ts';

export interface TicketKeysOptions {
  readonly transport: Transport;
  readonly namespace: string;
  /** Name of the L4Balancer. */
  readonly name: string;
  /** Called when the keys have changed. */
  readonly onChange: () => void;
}

/** The keys of session tickets that the operator makes for all replicas of a resource. */
export interface TicketKeys {
  /** Those read last, in a row; undefined before the first ones. */
  readonly keys: Uint8Array | undefined;
  /** Begins to follow them; calling it again has no effect. */
  start(): void;
  stop(): void;
}

const keysIn = (secret: Secret | undefined): Uint8Array | undefined => {
  const keys = Buffer.from(secret?.data?.[TICKET_KEYS_ENTRY] ?? '', 'base64');
  return keys.length === TICKET_KEY_GENERATIONS * TICKET_KEY_BYTES ? keys : undefined;
};

/**
 * Follows the Secret with the ticket keys. Nothing is wrong if there is none, or if it may not be read: an
 * operator that may not write Secrets makes none, and each replica then resumes its own sessions alone. If it
 * goes, or its content is unusable, the keys stay: the other replicas keep theirs, too.
 */
export const followTicketKeys = ({ transport, namespace, name, onChange }: TicketKeysOptions): TicketKeys => {
  let keys: Uint8Array | undefined;
  let followed: FollowedCollection<Secret> | undefined;
  const secret = childName(name, '-tickets');
  return {
    get keys() {
      return keys;
    },
    start() {
      followed ??= follow<Secret>({
        transport,
        what: `Secret ${secret}`,
        path: `/api/v1/namespaces/${namespace}/secrets`,
        fieldSelector: `metadata.name=${secret}`,
        onChange() {
          const read = keysIn(followed?.objects?.get(`${namespace}/${secret}`));
          if (read === undefined || (keys !== undefined && Buffer.compare(read, keys) === 0)) return;
          keys = read;
          onChange();
        },
        onProblem: () => undefined,
      });
    },
    stop() {
      followed?.stop();
    },
  };
};
