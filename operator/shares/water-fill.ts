/**
 * Divides an amount so that the least demanding get what they ask for and the others equally much: no share
 * can grow without making a smaller one smaller. What nobody asks for is left over. Integers; the first in
 * order get what cannot be divided.
 */
export const waterFill = (amount: number, demands: readonly number[]): readonly number[] => {
  const result = demands.map(() => 0);
  let left = Math.max(0, amount);
  const order = demands.map((demand, index) => ({ demand, index }));
  order.sort((a, b) => a.demand - b.demand || b.index - a.index);
  for (const [done, { demand, index }] of order.entries()) {
    const given = Math.min(demand, Math.floor(left / (order.length - done)));
    result[index] = given;
    left -= given;
  }
  return result;
};

/** The same, and what nobody asks for goes to those that `take` more, alike; to all if none does. */
export const divideAll = (
  amount: number,
  demands: readonly number[],
  take: readonly boolean[],
): readonly number[] => {
  const asked = waterFill(amount, demands);
  const left = Math.max(0, amount) - asked.reduce((sum, one) => sum + one, 0);
  const isForAll = !take.includes(true);
  const extra = waterFill(
    left,
    demands.map((_, index) => (isForAll || take[index] ? left : 0)),
  );
  return asked.map((one, index) => one + (extra[index] as number));
};
