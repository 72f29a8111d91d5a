/*
 * What identifies a session, in words of 32 bits: the listener, the client, and the address of this machine
 * that the client wrote to, from which it expects the answers. Addresses are in network order, with IPv4
 * mapped to IPv6.
 */
export const KEY = {
  /** Four words. */
  Client: 0,
  /** Four words; all 0 if the kernel did not tell. */
  Own: 4,
  /** The client's port, and in the upper half the family of its socket address. */
  Peer: 8,
  /** The network interface of a link-local client, otherwise 0. */
  Scope: 9,
  /**
   * The listener's slot. In the bits above is 1 + the slot of the endpoint of a session that was found by a
   * connection ID while its client had another one already; otherwise they are 0.
   */
  Listener: 10,
} as const;
export const KEY_WORDS = 11;

/** Has the key of a client's datagram name its session at another endpoint than that of its usual one. */
export const setEndpoint = (key: Int32Array, listener: number, endpoint: number): void => {
  key[KEY.Listener] = listener | ((endpoint + 1) << ENDPOINT_SHIFT);
};
const ENDPOINT_SHIFT = 8;
