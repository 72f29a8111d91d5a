import { resetSocket } from '../../../program/reset-socket.ts';
import type { HttpQuestion } from '../../configuration/health-policy.ts';
import { endpointKey } from '../../table/table.ts';
import { openConnection, openTlsConnection } from './connection.ts';
import { CLOSED, socketFailure } from './failures.ts';
import { createGoodbye } from './graceful-close.ts';
import { AnswerReader } from './http-answer.ts';
import { type CheckResult, failed, OK } from './result.ts';
import type { Begin } from './run-check.ts';
import { tlsFailure } from './tls.ts';

/** Bytes of a body that are read for the sake of an end in order; what is longer is cut off. */
const MAX_BODY_BYTES = 65_536;

/** A GET is answered with an expected status. */
export const httpCheck =
  (address: string, port: number, question: HttpQuestion): Begin =>
  (end) => {
    const { host = endpointKey({ address, port }), tls } = question;
    const name = question.host?.replace(/:[0-9]+$/, '').toLowerCase();
    const goodbye = createGoodbye(end);
    const socket = tls
      ? openTlsConnection(address, port, end, name, ['http/1.1'])
      : openConnection(address, port, end);
    const reader = new AnswerReader();
    let isLong = false;
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write(requestText(question.path, host)));
    socket.on('data', (part: Buffer) => {
      if (goodbye.known() === undefined) {
        const answer = reader.add(part);
        if (answer.kind === 'Answer') goodbye.begin(verdict(answer.status, question.expectedStatuses));
        if (answer.kind === 'Wrong') end(failed('Protocol', answer.problem));
      } else if (socket.bytesRead > MAX_BODY_BYTES) {
        isLong = true;
        goodbye.over(CLOSED);
      }
    });
    socket.on('error', (error) => goodbye.over(tls ? tlsFailure(error) : socketFailure(error)));
    socket.once('close', () => goodbye.over(CLOSED));
    return {
      bytesRead: () => socket.bytesRead,
      known: goodbye.known,
      close() {
        goodbye.clear();
        // Of an answer that does not come, or has no end, nothing is worth waiting for.
        if (!tls && (isLong || goodbye.known() === undefined)) resetSocket(socket);
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

const verdict = (status: number, expected: readonly number[]): CheckResult => {
  // An endpoint that goes over to another protocol has answered.
  if (status === 101) return failed('Status', 'status 101, which no check asked for');
  return expected.includes(status)
    ? OK
    : failed('Status', `status ${status}, expected ${expected.join(' or ')}`);
};
