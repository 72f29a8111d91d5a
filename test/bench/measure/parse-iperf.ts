/** The result of one run of iperf3. */
export interface IperfResult {
  /** Bytes that the receiver received. */
  readonly bytes: number;
  readonly seconds: number;
}

interface Sum {
  readonly bytes?: unknown;
  readonly seconds?: unknown;
}

/** Parses the output of `iperf3 --json`. Throws iperf3's error, if it has one. */
export const parseIperf = (text: string): IperfResult => {
  const output = JSON.parse(text) as { error?: unknown; end?: { sum_received?: Sum } };
  if (typeof output.error === 'string') throw new Error(`iperf3 failed: ${output.error}`);
  const { bytes, seconds } = output.end?.sum_received ?? {};
  if (typeof bytes !== 'number' || typeof seconds !== 'number' || seconds <= 0)
    throw new Error('the output of iperf3 lacks the number of bytes received');
  return { bytes, seconds };
};
