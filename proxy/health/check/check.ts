import type { CheckKind } from '../../configuration/health-policy.ts';
import { grpcCheck } from './grpc.ts';
import { httpCheck } from './http.ts';
import type { CheckResult } from './result.ts';
import { runCheck, type StartCheck } from './run-check.ts';
import { tcpCheck } from './tcp.ts';
import { tlsCheck } from './tls.ts';

/** A check to make: of which address, and how. */
export interface CheckRequest {
  readonly address: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly kind: CheckKind;
}

/** Makes one check and resolves with its result. Never rejects, and leaves nothing open. */
export type Check = (request: CheckRequest, signal: AbortSignal) => Promise<CheckResult>;

/** Makes a check over a new connection. */
export const check: Check = (request, signal) => runCheck(starterOf(request), request.timeoutMs, signal);

const starterOf = ({ address, port, timeoutMs, kind }: CheckRequest): StartCheck => {
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
