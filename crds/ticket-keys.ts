/**
 * The Secret with which the replicas of a resource share the keys of their session tickets: the operator
 * writes it, and the proxies follow it. Its one entry has all keys in a row.
 */
export const TICKET_KEYS_ENTRY = 'keys';

/** A name (16 bytes), a key for HMAC (32), and one for AES (32), as OpenSSL has them. */
export const TICKET_KEY_BYTES = 80;

/**
 * The first makes new tickets. The second did until the last rotation, and the third will after the next one,
 * so that every replica can read a ticket whenever another one has followed the rotation earlier or later.
 */
export const TICKET_KEY_GENERATIONS = 3;
