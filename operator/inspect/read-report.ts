import { lateHttp } from '../../program/late-modules.ts';
import { refuseSelfConnection } from '../../program/self-connection.ts';
import type { Report } from '../status/reading.ts';
import { parseReport } from './parse-report.ts';

/** A proxy gave no usable report. `why` is a sentence, and the same for every try that fails in the same way. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
  readonly code = 'ReportFailed';
  readonly why: string;

  constructor(address: string, why: string, cause?: unknown) {
    super(
      `Cannot read the status of the proxy at ${address}: ${why}`,
      cause === undefined ? undefined : { cause },
    );
    this.why = why;
  }
}

const TIMEOUT_MS = 3_000;
/**
 * A summary has some KiB. Proxies of the first version, which know none, tell of each endpoint: 64 backends with 256 each are some 4 MiB. The
 * inspector reads 32 at once, and all of it together has to leave half of the memory that the chart gives.
 */
const MAX_BYTES = 8 * 1024 * 1024;

/** Asks the proxy's admin endpoint at this IP address, of either family. Throws ReportError, and nothing else, within three seconds. */
export const readReport = (ip: string, port: number, signal: AbortSignal): Promise<Report> => {
  const host = ip.includes(':') ? `[${ip}]` : ip;
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void => {
      request.destroy();
      reject(new ReportError(`${host}:${port}`, why, cause));
    };
    const request = lateHttp().get({
      host: ip,
      port,
      path: '/status?summary',
      agent: false,
      headers: { Host: `${host}:${port}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    request.on('error', (error: NodeJS.ErrnoException) => fail(describe(error), error));
    request.once('socket', refuseSelfConnection);
    request.on('response', (response) => {
      if (response.statusCode !== 200) {
        fail(`it answers with status ${response.statusCode}.`);
        return;
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > MAX_BYTES) fail('its answer is too long to be a status.');
      });
      response.on('error', (error: NodeJS.ErrnoException) => fail(describe(error), error));
      response.on('end', () => {
        const found = parseReport(Buffer.concat(chunks).toString());
        if (found === undefined) fail('what answers there is no proxy of this version.');
        else resolve(found);
      });
    });
  });
};

const describe = (error: NodeJS.ErrnoException): string => {
  switch (error.code) {
    case 'ABORT_ERR':
      return `it did not answer within ${TIMEOUT_MS / 1000} s.`;
    case 'ECONNREFUSED':
      return 'nothing listens there.';
    case 'ECONNRESET':
      return 'the connection was cut.';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no route to it.';
    default:
      return `${error.code ?? error.message}.`;
  }
};
