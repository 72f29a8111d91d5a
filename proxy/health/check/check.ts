import type { CheckKind } from '../../configuration/health-policy.ts';
import type { Version } from '../../proxy-protocol/header.ts';
import { MOST_WRITTEN_BYTES, writeV1Unknown, writeV2Local } from '../../proxy-protocol/write-header.ts';
import type { Sys } from '../../sys/sys.ts';
import type { CheckTarget } from './connection.ts';
import { type CheckTls, isReady } from './endpoint-tls.ts';
import { grpcCheck } from './grpc.ts';
import { httpCheck } from './http.ts';
import { icmpCheck } from './icmp.ts';
import { type CheckResult, failed } from './result.ts';
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
  /** How the backend speaks TLS with it; omitted if it is spoken to in the clear. */
  readonly tls?: CheckTls;
}

/** Makes one check and resolves with its result. Never rejects, and leaves nothing open. */
export type Check = (request: CheckRequest, signal: AbortSignal) => Promise<CheckResult>;

/** Makes checks, each with a new connection or socket. */
export const createCheck =
  (sys: Sys): Check =>
  async (request, signal) =>
    whyNotMade(request) ?? (await runCheck(starterOf(sys, request), request.timeoutMs, signal));

/** Without what its backend needs for TLS, an endpoint gets nothing. */
const whyNotMade = ({ kind, tls }: CheckRequest): CheckResult | undefined =>
  tls === undefined || kind.type === 'UDP' || kind.type === 'ICMP' || isReady(tls)
    ? undefined
    : failed('Handshake', 'the CA bundle or the client certificate of the backend could never be read');

/** A header that says that the connection is the sender's own. */
const HEADERS: Readonly<Record<Version, Uint8Array>> = {
  V1: written(writeV1Unknown),
  V2: written(writeV2Local),
};

const starterOf = (sys: Sys, request: CheckRequest): StartCheck => {
  const { address, port, timeoutMs, kind, proxyProtocol, tls } = request;
  const target: CheckTarget = { address, port, header: proxyProtocol && HEADERS[proxyProtocol], tls };
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
