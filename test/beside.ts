/**
 * Runs rounds one after the other until it is stopped. An error in a round ends the rounds, and is thrown by
 * the returned stop function. Until then nothing awaits it, and an unhandled rejection would fail whichever
 * test is running.
 */
export const startRounds = (round: (nth: number) => Promise<unknown>): (() => Promise<void>) => {
  let isStopped = false;
  const rounds = (async () => {
    for (let nth = 0; !isStopped; nth++) await round(nth);
  })();
  rounds.catch(() => undefined);
  return async () => {
    isStopped = true;
    await rounds;
  };
};

/**
 * Runs rounds for as long as `act` runs, even if that fails. Throws the error of a round, or else that of
 * `act`.
 */
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
