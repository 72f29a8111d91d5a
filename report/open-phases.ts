/** How far an open connection has got. */
export const OPEN_PHASES = {
  Preface: 'The first bytes of the client are read: a PROXY header, or what names a route.',
  Handshake: 'TLS is being agreed upon with the client.',
  Connecting: 'An endpoint is being connected to.',
  Waiting: 'Every endpoint is full.',
  Securing: 'An endpoint is connected, and TLS is being agreed upon with it.',
  Relaying: 'Both sides are connected.',
  Refused: 'The client was told why it is refused, and has not ended yet.',
  Session: 'Datagrams of a client are relayed.',
} as const;

export type OpenPhase = keyof typeof OPEN_PHASES;
