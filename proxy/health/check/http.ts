import { resetSocket } from '../../../program/reset-socket.ts';
import type { HttpRequest } from '../../configuration/health-policy.ts';
import { endpointKey } from '../../table/table.ts';
import { type CheckTarget, openConnection, openTlsConnection } from './connection.ts';
import { CLOSED, socketFailure } from './failures.ts';
import { createGracefulClose } from './graceful-close.ts';
import { AnswerReader } from './http-answer.ts';
import { type CheckResult, failed, OK } from './result.ts';
import type { StartCheck } from './run-check.ts';
import { tlsFailure } from './tls.ts';

/**
 * How many bytes of a body are read so that the connection can be closed in order; a longer body is cut off.
 */
const MAX_BODY_BYTES = 65_536;

/** Succeeds if a GET is answered with an expected status. */
export const httpCheck =
  (target: CheckTarget, request: HttpRequest): StartCheck =>
  (end) => {
    const { host = endpointKey(target) } = request;
    const tls = request.tls || target.tls !== undefined;
    const name = request.host?.replace(/:[0-9]+$/, '').toLowerCase();
    const closing = createGracefulClose(end);
    const socket = tls ? openTlsConnection(target, end, name, ['http/1.1']) : openConnection(target, end);
    const reader = new AnswerReader();
    let isBodyTooLong = false;
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write(requestText(request.path, host)));
    socket.on('data', (part: Buffer) => {
      if (closing.result() === undefined) {
        const answer = reader.add(part);
        if (answer.kind === 'Answer') closing.begin(resultOf(answer.status, request.expectedStatuses));
        if (answer.kind === 'Wrong') end(failed('Protocol', answer.problem));
      } else if (socket.bytesRead > MAX_BODY_BYTES) {
        isBodyTooLong = true;
        closing.onClosed(CLOSED);
      }
    });
    socket.on('error', (error) => closing.onClosed(tls ? tlsFailure(error) : socketFailure(error)));
    socket.once('close', () => closing.onClosed(CLOSED));
    return {
      bytesRead: () => socket.bytesRead,
      result: closing.result,
      close() {
        closing.cancel();
        // If the answer is missing or endless, there is nothing to wait for.
        if (!tls && (isBodyTooLong || closing.result() === undefined)) resetSocket(socket);
        else socket.destroy();
      },
    };
  };

const requestText = (path: string, host: string): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: l4balancer-health',
    'Accept: */*',
    'Connection: close',
    '',
    '',
  ].join('\r\n');

const resultOf = (status: number, expected: readonly number[]): CheckResult => {
  // An endpoint that switches protocols has sent its final answer.
  if (status === 101) return failed('Status', 'status 101: the endpoint switched protocols unasked');
  return expected.includes(status)
    ? OK
    : failed('Status', `status ${status}, expected ${expected.join(' or ')}`);
};
