import {
  EPOLL_CTL_ADD,
  EPOLL_CTL_MOD,
  EPOLLET,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
} from '../../sys/sys.ts';
import { CLIENT, ENDPOINT, WATCHED } from './connections.ts';
import type { Acceptor } from './context.ts';
import { sideToken } from './event-tokens.ts';

/**
 * What every side is watched for. Edge-triggered, so that a side that cannot be served at the moment costs
 * nothing.
 */
const SIDE_EVENTS = (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET) >>> 0;

/**
 * Watches a client. It is writable from the start, so asking for EPOLLOUT would only cause an event that says
 * so. Returns a negative errno on failure.
 */
export const watchClient = (acceptor: Acceptor, connection: number, fd: number): number =>
  acceptor.sys.epollControl(
    acceptor.epoll,
    EPOLL_CTL_ADD,
    fd,
    SIDE_EVENTS,
    sideToken(connection * 2 + CLIENT),
  );

/** Watches an endpoint, which is connected once it is writable. Returns a negative errno on failure. */
export const watchEndpoint = (acceptor: Acceptor, connection: number, fd: number): number => {
  const { flags } = acceptor.connections;
  const endpoint = connection * 2 + ENDPOINT;
  flags[endpoint] = (flags[endpoint] as number) | WATCHED;
  return acceptor.sys.epollControl(
    acceptor.epoll,
    EPOLL_CTL_ADD,
    fd,
    SIDE_EVENTS | EPOLLOUT,
    sideToken(endpoint),
  );
};

/** Asks the kernel to report when a side becomes writable; false when that failed. */
export const watchWritable = (acceptor: Acceptor, sideIndex: number): boolean => {
  const { connections, sys, epoll } = acceptor;
  const flags = connections.flags[sideIndex] as number;
  if ((flags & WATCHED) !== 0) return true;
  connections.flags[sideIndex] = flags | WATCHED;
  const fd = connections.fd[sideIndex] as number;
  return sys.epollControl(epoll, EPOLL_CTL_MOD, fd, SIDE_EVENTS | EPOLLOUT, sideToken(sideIndex)) >= 0;
};
