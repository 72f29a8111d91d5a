import type { Peer } from '../peer.ts';
import type { Tools } from '../tools.ts';
import { haproxy } from './haproxy.ts';
import { nginxStream } from './nginx-stream.ts';
import { noBalancer } from './no-balancer.ts';
import { relay } from './relay.ts';

/** Every peer, in the order of the tables. */
export const allPeers = (tools: Tools): readonly Peer[] => [
  relay,
  haproxy(tools),
  nginxStream(tools),
  noBalancer,
];
