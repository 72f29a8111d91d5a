/** What one run of iperf3 moved. */
export interface IperfResult {
  /** Bytes that the receiver got. */
  readonly bytes: number;
  readonly seconds: number;
}

interface Sum {
  readonly bytes?: unknown;
  readonly seconds?: unknown;
}

/** Reads what `iperf3 --json` printed. Throws what iperf3 says went wrong. */
export const parseIperf = (text: string): IperfResult => {
  const said = JSON.parse(text) as { error?: unknown; end?: { sum_received?: Sum } };
  if (typeof said.error === 'string') throw new Error(`iperf3 failed: ${said.error}`);
  const { bytes, seconds } = said.end?.sum_received ?? {};
  if (typeof bytes !== 'number' || typeof seconds !== 'number' || seconds <= 0)
    throw new Error('iperf3 did not say how many bytes were received');
  return { bytes, seconds };
};
