/**
 * Does something again and again until it is stopped. What a round throws ends it, and is thrown by the stop: until then nobody waits for it, and an
 * unhandled rejection would fail the file wherever it just is.
 */
export const startRounds = (round: (nth: number) => Promise<unknown>): (() => Promise<void>) => {
  let isOver = false;
  const going = (async () => {
    for (let nth = 0; !isOver; nth++) await round(nth);
  })();
  going.catch(() => undefined);
  return async () => {
    isOver = true;
    await going;
  };
};

/** Does one thing again and again beside another, and no longer, however that ends. Throws what a round threw, else what `act` did. */
export const beside = async <T>(
  round: (nth: number) => Promise<unknown>,
  act: () => Promise<T>,
): Promise<T> => {
  const stop = startRounds(round);
  const [acted] = await Promise.allSettled([act()]);
  await stop();
  if (acted.status === 'rejected') throw acted.reason;
  return acted.value;
};
