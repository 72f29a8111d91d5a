/** Why datagrams were dropped, as they are counted; an engine may count by the index in this list. */
export const DATAGRAM_DROPS = [
  'QueueFull', // the kernel's queue of the listener was full: they came faster than they were taken
  'NoEndpoint', // the backend has no endpoint to send them to
  'EndpointsFull', // every endpoint has its maxConnectionsPerEndpoint
  'EndpointFailed', // no endpoint that was tried can be reached
  'SessionLimit', // their client has no session, and no other one could be ended for it
  'Limited', // their client has no session, and limits or sources of the listener keep it out
  'NoResources', // out of file descriptors, source ports or memory
  'ListenerLeaving', // their client has no session, and the listener was removed
  'ToEndpoint', // the kernel took no more for the endpoint
  'ToClient', // the kernel took no more for the client, or cannot reach it
  'AnswerQueueFull', // the kernel's queue of a session was full: answers came faster than they were taken
  'SourceDenied', // the listener's sources do not allow their client
] as const;
export type DatagramDrop = (typeof DATAGRAM_DROPS)[number];
