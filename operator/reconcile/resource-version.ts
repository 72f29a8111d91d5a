/**
 * Whether an object of version `a` is at least as new as one of version `b`, both of one kind. The API server's versions are decimal numbers
 * that grow (promised since Kubernetes 1.35, true of etcd ever since); of anything else only the same is taken for new enough.
 */
export const isAtLeast = (a: string | undefined, b: string | undefined): boolean => {
  if (a === undefined || b === undefined) return false;
  if (!NUMBER.test(a) || !NUMBER.test(b)) return a === b;
  return a.length === b.length ? a >= b : a.length > b.length;
};

const NUMBER = /^(?:0|[1-9][0-9]*)$/;
