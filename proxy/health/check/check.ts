import type { CheckKind } from '../../configuration/health-policy.ts';
import { grpcCheck } from './grpc.ts';
import { httpCheck } from './http.ts';
import type { CheckResult } from './result.ts';
import { type Begin, runToEnd } from './run-check.ts';
import { tcpCheck } from './tcp.ts';
import { tlsCheck } from './tls.ts';

/** One check to make: of which address, and how. */
export interface CheckRequest {
  readonly address: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly kind: CheckKind;
}

/** Makes one check; resolves with what it found, never rejects, and leaves nothing open. */
export type Check = (request: CheckRequest, signal: AbortSignal) => Promise<CheckResult>;

/** Makes a check on a connection of its own. */
export const check: Check = (request, signal) => runToEnd(beginOf(request), request.timeoutMs, signal);

const beginOf = ({ address, port, timeoutMs, kind }: CheckRequest): Begin => {
  switch (kind.type) {
    case 'TCP':
      return tcpCheck(address, port);
    case 'TLS':
      return tlsCheck(address, port, kind.serverName);
    case 'HTTP':
      return httpCheck(address, port, kind);
    case 'GRPC':
      return grpcCheck(address, port, kind.service, timeoutMs);
    default:
      return kind satisfies never;
  }
};
