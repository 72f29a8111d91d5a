import type { CheckKind } from '../../configuration/health-policy.ts';
import type { Version } from '../../proxy-protocol/header.ts';
import { MOST_WRITTEN_BYTES, writeV1Unknown, writeV2Local } from '../../proxy-protocol/write-header.ts';
import type { Sys } from '../../sys/sys.ts';
import { grpcCheck } from './grpc.ts';
import { httpCheck } from './http.ts';
import { icmpCheck } from './icmp.ts';
import type { CheckResult } from './result.ts';
import { runCheck, type StartCheck } from './run-check.ts';
import { tcpCheck } from './tcp.ts';
import { tlsCheck } from './tls.ts';
import { udpCheck } from './udp.ts';

const written = (write: (to: Uint8Array) => number): Uint8Array => {
  const bytes = new Uint8Array(MOST_WRITTEN_BYTES);
  return bytes.subarray(0, write(bytes));
};

/** A check to make: of which address, and how. */
export interface CheckRequest {
  readonly address: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly kind: CheckKind;
  /** The version of the PROXY header with which it begins; omitted for none. */
  readonly proxyProtocol?: Version;
}

/** Makes one check and resolves with its result. Never rejects, and leaves nothing open. */
export type Check = (request: CheckRequest, signal: AbortSignal) => Promise<CheckResult>;

/** Makes checks, each with a new connection or socket. */
export const createCheck =
  (sys: Sys): Check =>
  (request, signal) =>
    runCheck(starterOf(sys, request), request.timeoutMs, signal);

/** A header that says that the connection is the sender's own. */
const HEADERS: Readonly<Record<Version, Uint8Array>> = {
  V1: written(writeV1Unknown),
  V2: written(writeV2Local),
};

const starterOf = (sys: Sys, request: CheckRequest): StartCheck => {
  const { address, port, timeoutMs, kind, proxyProtocol } = request;
  const target = { address, port, header: proxyProtocol && HEADERS[proxyProtocol] };
  switch (kind.type) {
    case 'TCP':
      return tcpCheck(target);
    case 'TLS':
      return tlsCheck(target, kind.serverName);
    case 'HTTP':
      return httpCheck(target, kind);
    case 'GRPC':
      return grpcCheck(target, kind.service, timeoutMs);
    case 'UDP':
      return udpCheck(sys, address, port, kind, target.header);
    case 'ICMP':
      return icmpCheck(sys, address);
    default:
      return kind satisfies never;
  }
};
