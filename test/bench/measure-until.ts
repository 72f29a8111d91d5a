import assert from 'node:assert/strict';

/** A busy machine may give no core to either side for as long as a short measurement takes. */
const SECONDS = [0.4, 1, 3, 10];

/** Measures for longer and longer, until there is enough to look at. */
export const measureUntil = async <T>(
  measure: (seconds: number) => Promise<T>,
  isEnough: (result: T) => boolean,
): Promise<T> => {
  let result: T | undefined;
  for (const seconds of SECONDS) {
    result = await measure(seconds);
    if (isEnough(result)) return result;
  }
  assert.fail(`too little happened, even within ${SECONDS.at(-1)} s: ${JSON.stringify(result)}`);
};
