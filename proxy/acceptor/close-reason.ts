/** Why a connection ended: one code each; the index in this list is the counter's place in shared memory. */
export const CLOSE_REASONS = [
  'Finished', // both sides sent their end of stream
  'ClientReset',
  'EndpointReset',
  'IdleTimeout',
  'ConnectFailed', // every attempt to reach an endpoint failed
  'NoEndpoint', // the backend has no endpoint to try
  'ClientGone', // the client left before an endpoint was connected
  'NoDescriptors', // out of file descriptors or ports for the endpoint's side
  'Stopped', // the proxy ended with the connection open
] as const;

export type CloseReason = (typeof CLOSE_REASONS)[number];
