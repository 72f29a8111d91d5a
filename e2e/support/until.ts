const POLL_MS = 100;

/** Asks `probe` again until it gives a value; fails with what it last said when `seconds` have passed. */
export const until = async <T>(
  what: string,
  seconds: number,
  probe: () => Promise<T | undefined>,
  explain: () => Promise<string> = async () => '',
): Promise<T> => {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`Not ${what} within ${seconds} s\n${await explain()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};
