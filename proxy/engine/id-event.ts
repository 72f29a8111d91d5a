/** What happens with connection IDs of QUIC, as it is counted; an engine may count by the index. */
export const ID_EVENTS = [
  'Learned', // an endpoint chose an ID in a handshake, which is over
  'Changed', // a client uses an ID that its endpoint told it encrypted, instead of the one before
  'ConnectionId', // a session began with an ID that led to the endpoint of its connection
  'ServerId', // a session began with an ID of which the server ID led to the endpoint
  'NotFound', // a session began in the middle of a connection, and nothing is known of its ID
  'Unusable', // an endpoint chose an ID that is too short to be learned, or none
  'ServerIdContested', // a server ID was learned that had been another endpoint's
] as const;

export type IdEvent = (typeof ID_EVENTS)[number];
