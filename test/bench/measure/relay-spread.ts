/** Open connections of each acceptor, from the relay's metrics. */
export const parseRelaySpread = (metrics: string): readonly number[] =>
  [...metrics.matchAll(/^l4balancer_acceptor_open_connections\{[^}]*\} (\d+)$/gm)].map(([, count]) =>
    Number(count),
  );

/** Reads the metrics of the relay, whose admin endpoint is on `port` of this machine. */
export const relaySpread = async (port: number): Promise<readonly number[]> => {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return parseRelaySpread(await response.text());
};
