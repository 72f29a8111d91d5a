import type http2 from 'node:http2';
import type { Socket } from 'node:net';
import { lateHttp2 } from '../../../program/late-modules.ts';
import { endpointKey } from '../../table/table.ts';
import { type CheckTarget, openConnection, openTlsConnection } from './connection.ts';
import { CLOSED, isSystemError, socketFailure } from './failures.ts';
import { decodeResponse, encodeRequest } from './grpc-message.ts';
import { type CheckResult, failed, OK } from './result.ts';
import type { StartCheck } from './run-check.ts';
import { tlsFailure } from './tls.ts';

/** Limits on the header fields and the message of an answer, in bytes; both usually take a few dozen. */
const MAX_HEADER_BYTES = 8_192;
const MAX_MESSAGE_BYTES = 1_024;

const OPTIONS: http2.ClientSessionOptions = {
  maxSessionMemory: 1, // MB
  maxSettings: 32,
  maxHeaderListPairs: 64,
  maxReservedRemoteStreams: 0,
  settings: { enablePush: false, maxHeaderListSize: MAX_HEADER_BYTES },
};

/** Succeeds if grpc.health.v1.Health/Check answers SERVING over HTTP/2, with TLS if the backend speaks it. */
export const grpcCheck =
  (target: CheckTarget, service: string, timeoutMs: number): StartCheck =>
  (end) => {
    let socket: Socket | undefined;
    const tls = target.tls !== undefined;
    const authority = `${tls ? 'https' : 'http'}://${endpointKey(target)}`;
    const failure = (error: NodeJS.ErrnoException): void => end(http2Failure(error));
    // `connect` calls this only after it has accepted the address.
    const createConnection = (): Socket => {
      socket = tls ? openTlsConnection(target, end, undefined, ['h2']) : openConnection(target, end);
      socket.on('error', tls ? (error) => end(tlsFailure(error)) : failure);
      return socket;
    };
    const session = lateHttp2().connect(authority, { ...OPTIONS, createConnection });
    session.on('error', failure);
    session.once('close', () => end(CLOSED));

    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'l4balancer-health',
      'grpc-timeout': `${timeoutMs}m`,
    });
    let fields: Record<string, unknown> = {};
    let httpStatus = 0;
    let bytes = 0;
    const parts: Buffer[] = [];
    stream.on('error', failure);
    stream.once('response', (headers) => {
      httpStatus = headers[':status'] ?? 0;
      fields = { ...headers };
    });
    stream.once('trailers', (trailers) => {
      fields = { ...fields, ...trailers };
    });
    stream.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > MAX_MESSAGE_BYTES)
        end(failed('Protocol', `the message exceeds ${MAX_MESSAGE_BYTES} bytes`));
      else parts.push(part);
    });
    stream.once('close', () =>
      end(resultOf(httpStatus, fields['grpc-status'], Buffer.concat(parts), service)),
    );
    stream.end(encodeRequest(service));
    return {
      bytesRead: () => socket?.bytesRead ?? 0,
      // In order, not with a reset: servers would log that as a read error, with every check.
      close: () => session.destroy(),
    };
  };

const GRPC_STATUSES: Readonly<Record<string, string>> = {
  4: 'DEADLINE_EXCEEDED',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  13: 'INTERNAL',
  14: 'UNAVAILABLE',
  16: 'UNAUTHENTICATED',
};

/** The result that a complete answer stands for. */
const resultOf = (httpStatus: number, grpcStatus: unknown, message: Buffer, service: string): CheckResult => {
  if (httpStatus === 0) return CLOSED;
  if (httpStatus !== 200) return failed('Status', `HTTP status ${httpStatus} instead of a gRPC answer`);
  if (grpcStatus === undefined) return failed('Protocol', 'the answer is not gRPC: grpc-status is missing');
  switch (grpcStatus) {
    case '0':
      break;
    case '5':
      return failed('Status', `gRPC status NOT_FOUND: the endpoint does not know the service "${service}"`);
    case '12':
      return failed(
        'Status',
        'gRPC status UNIMPLEMENTED: the endpoint does not implement grpc.health.v1.Health',
      );
    default: {
      const number = /^\d{1,2}$/.test(String(grpcStatus)) ? String(grpcStatus) : '?';
      return failed('Status', `gRPC status ${GRPC_STATUSES[number] ?? number}`);
    }
  }
  const status = decodeResponse(message);
  switch (status) {
    case undefined:
      return failed('Protocol', 'the answer is not a HealthCheckResponse');
    case 'SERVING':
      return OK;
    case 'UNKNOWN':
    case 'NOT_SERVING':
    case 'SERVICE_UNKNOWN':
      return failed('Status', `the endpoint says ${status}`);
    default:
      return status satisfies never;
  }
};

const http2Failure = (error: NodeJS.ErrnoException): CheckResult => {
  if (isSystemError(error)) return socketFailure(error);
  if (error.code === 'ERR_HTTP2_ERROR') return failed('Protocol', 'the answer is not HTTP/2');
  return error.code?.startsWith('ERR_HTTP2_')
    ? failed('Protocol', `the endpoint ended the HTTP/2 exchange: ${error.message}`)
    : socketFailure(error);
};
