import { limitShares } from '../../crds/limit-shares.ts';
import { valueAt } from '../../crds/path.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ListenerShare, ListenerShares, SharesOfListener } from '../configuration/listener-share.ts';

/**
 * The shares that a resource's status gives to the replica with this name. Entries that cannot be read count
 * as none: a replica without a share lets no client in.
 */
export const ownShares = (resource: unknown, replica: string): ListenerShares => {
  const limits = valueAt(resource, ['status', 'limits']);
  const own = new Map<string, SharesOfListener>();
  for (const entry of Array.isArray(limits) ? limits : []) {
    const { data } = limitShares.safeParse(entry);
    const found = data?.shares.find((share) => share.replica === replica);
    if (data === undefined || found === undefined) continue;
    const share = { amount: found.share, version: found.version };
    own.set(data.listener, { ...own.get(data.listener), [data.limit]: share });
  }
  return own;
};

/** Reads the shares of one replica from each state of a resource that is seen, whatever their order. */
export type ShareReader = (resource: KubeObject) => ListenerShares;

/**
 * Another API server may be behind the one that was followed before, and show an earlier state: of a limit
 * whose later share was seen already that one stays in force, since what an earlier share had more belongs to
 * other replicas by now. A resource that was recreated begins anew.
 */
export const followOwnShares = (replica: string): ShareReader => {
  let uid: string | undefined;
  const newest = new Map<string, ListenerShare>();
  return (resource) => {
    if (resource.metadata.uid !== uid) newest.clear();
    uid = resource.metadata.uid;
    return new Map(
      [...ownShares(resource, replica)].map(([listener, shares]) => [
        listener,
        Object.fromEntries(
          Object.entries(shares).map(([limit, share]) => {
            const name = `${listener} ${limit}`;
            const known = newest.get(name);
            const inForce = known !== undefined && known.version > share.version ? known : share;
            newest.set(name, inForce);
            return [limit, inForce];
          }),
        ),
      ]),
    );
  };
};
