import { resolve } from 'node:path';
import { REPOSITORY } from '../../../tooling/process/folders.ts';
import type { Peer } from '../peer.ts';
import type { Tools } from '../tools.ts';
import { haproxy } from './haproxy.ts';
import { nginxStream } from './nginx-stream.ts';
import { noBalancer } from './no-balancer.ts';
import { relayOf } from './relay.ts';

/**
 * The peers to measure, in the order of the tables. With `against`, another checkout, its relay is the only
 * one besides this one's.
 */
export const peersFrom = (tools: Tools, against: string | undefined): readonly Peer[] => {
  const relay = relayOf('relay', REPOSITORY);
  if (against !== undefined) return [relay, relayOf('earlier', resolve(against))];
  return [relay, relayOf('plain relay', REPOSITORY), haproxy(tools), nginxStream(tools), noBalancer];
};
