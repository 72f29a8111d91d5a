/** Why an attempt to connect failed. An engine may count by the index in this list. */
export const CONNECT_FAILURES = [
  'Refused', // no process listens there
  'TimedOut', // no answer within connect.timeout, or the kernel gave up
  'Unreachable', // no route to the host or its network, or no address of its family here
  'Reset',
  'NoSourcePort', // every port to this endpoint is in use
  'NoDescriptors', // of the process or the machine
  'NoMemory', // for sockets or for watching them, in the kernel
  'NoStartTls', // it did not begin TLS in the way of its protocol
  'TlsUntrusted', // its certificate is of no authority that is trusted
  'TlsNameMismatch', // its certificate is for another name or address
  'TlsExpired', // its certificate is not valid now
  'TlsFailed', // the handshake failed for another reason
  'TlsNotReady', // the CA bundle or the client certificate has never been readable
  'Other',
] as const;

export type ConnectFailure = (typeof CONNECT_FAILURES)[number];
