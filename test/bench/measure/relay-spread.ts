/** Open connections by acceptor in the relay's metrics, in the order of the acceptors. */
export const parseRelaySpread = (metrics: string): readonly number[] =>
  [...metrics.matchAll(/^l4balancer_acceptor_open_connections\{[^}]*\} (\d+)$/gm)].map(([, count]) =>
    Number(count),
  );

/** Asks the relay, whose admin endpoint is on `port` of this machine. */
export const relaySpread = async (port: number): Promise<readonly number[]> => {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return parseRelaySpread(await response.text());
};
