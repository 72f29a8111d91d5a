/** What `connections` sorts by. */
export const ORDERS = ['age', 'bytes', 'idle'] as const;
export type Order = (typeof ORDERS)[number];
