/**
 * Whether an object of version `a` is at least as new as one of version `b` of the same kind. The API
 * server's versions are growing decimal numbers (guaranteed since Kubernetes 1.35, and always true of etcd);
 * any other version is only as new as itself.
 */
export const isAtLeast = (a: string | undefined, b: string | undefined): boolean => {
  if (a === undefined || b === undefined) return false;
  if (!NUMBER.test(a) || !NUMBER.test(b)) return a === b;
  return a.length === b.length ? a >= b : a.length > b.length;
};

const NUMBER = /^(?:0|[1-9][0-9]*)$/;
