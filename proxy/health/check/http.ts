import http from 'node:http';
import { resetSocket } from '../../../program/reset-socket.ts';
import { openConnection } from './connection.ts';
import type { Begin } from './ender.ts';
import { CLOSED, socketFailure } from './failures.ts';
import { type CheckResult, failed, OK } from './result.ts';

/** Header bytes that an answer may have; its body is never read. */
const MAX_HEADER_BYTES = 8_192;

export interface HttpQuestion {
  readonly path: string;
  readonly expectedStatuses: readonly number[];
}

/** A GET is answered with an expected status. */
export const httpCheck =
  (address: string, port: number, { path, expectedStatuses }: HttpQuestion): Begin =>
  (end) => {
    const socket = openConnection(address, port);
    const request = http.request({
      host: address,
      port,
      path,
      method: 'GET',
      createConnection: () => socket,
      headers: { 'user-agent': 'l4balancer-health', connection: 'close' },
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    request.once('response', (response) => {
      const { statusCode = 0 } = response;
      response.on('error', () => end(CLOSED)); // of the body, which is cut off
      end(
        expectedStatuses.includes(statusCode)
          ? OK
          : failed('Status', `status ${statusCode}, expected ${expectedStatuses.join(' or ')}`),
      );
    });
    // An endpoint that goes over to another protocol has answered.
    request.once('upgrade', () => end(failed('Status', 'status 101, which no check asked for')));
    request.on('error', (error) => end(httpFailure(error)));
    request.end();
    return {
      bytesRead: () => socket.bytesRead,
      close() {
        resetSocket(socket);
        request.destroy();
      },
    };
  };

const httpFailure = (error: NodeJS.ErrnoException): CheckResult => {
  if (error.message === 'socket hang up') return CLOSED;
  if (error.code === 'HPE_HEADER_OVERFLOW') return failed('Protocol', 'answer headers above 8 KiB');
  return error.code?.startsWith('HPE_') ? failed('Protocol', 'the answer is not HTTP') : socketFailure(error);
};
