/**
 * The result of `work`, or a failure once it has taken `seconds`: one peer that never answers must not stop
 * the whole bench. What `work` has begun goes on, until the processes that it waits for are stopped.
 */
export const within = async <T>(what: string, seconds: number, work: Promise<T>): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${what} had not ended after ${seconds} s`)),
    seconds * 1000,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
