import type { ConnectionIds } from '../connection-ids/connection-ids.ts';
import type { HashKey } from '../keyed-hash/half-sip-hash.ts';
import { HeadedBatch } from './headed-batch.ts';
import { MESSAGES, ReceiveBatch } from './receive-batch.ts';
import { SendBatch } from './send-batch.ts';
import { KEY_WORDS } from './session-key.ts';
import { Sessions } from './sessions.ts';

/** Datagrams of a message that belong to a session, and follow each other. */
export interface Run {
  readonly session: number;
  /** Address of their bytes. */
  readonly data: number;
  length: number;
  /** Bytes of each but the last, which may be shorter. */
  readonly segment: number;
}

/** What an acceptor has for its UDP listeners. The memory for datagrams is taken when the first one comes. */
export class Datagrams {
  readonly sessions: Sessions;
  /** The key of the datagram at hand. */
  readonly key = new Int32Array(KEY_WORDS);
  /** The same memory as bytes. */
  readonly keyBytes = new Uint8Array(this.key.buffer);
  /** By message of the batch at hand: the session that it belongs to, -1 for none or if it is handled. */
  readonly owners = new Int32Array(MESSAGES);
  /** What belongs to several sessions of the batch at hand; see split-message.ts. */
  readonly runs: Run[] = [];
  /** How many datagrams the batch at hand had, and for how many of these a session was to begin. */
  taken = 0;
  strangers = 0;
  /** By listener slot: descriptor of its socket, -1 if it is not served. */
  readonly sockets: Int32Array;
  /** Ports that must not be the source port of a session: those of UDP listeners and of endpoints. */
  avoided: ReadonlySet<number> = new Set();
  /** The most sessions of this acceptor, and of one source. */
  mostSessions = 0;
  mostOfSource = 0;
  /** Set once a table had listeners that follow connection IDs. */
  ids: ConnectionIds | undefined;
  #received: ReceiveBatch | undefined;
  #sending: SendBatch | undefined;
  #headed: HeadedBatch | undefined;

  constructor(listeners: number, hashKey: HashKey) {
    this.sockets = new Int32Array(listeners).fill(-1);
    this.sessions = new Sessions(hashKey);
  }

  get received(): ReceiveBatch {
    this.#received ??= new ReceiveBatch();
    return this.#received;
  }

  /** For endpoints that want a header in front of each datagram. */
  get headed(): HeadedBatch {
    this.#headed ??= new HeadedBatch();
    return this.#headed;
  }

  get sending(): SendBatch {
    this.#sending ??= new SendBatch();
    return this.#sending;
  }
}
