import { formatListenAddress } from '../../program/listen-address.ts';
import type { Report } from '../status/reading.ts';
import { askProxy } from './ask-proxy.ts';
import { parseReport } from './parse-report.ts';

/** A proxy gave no usable report. `why` is a sentence that is the same for every failure of the same kind. */
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
 * A summary has a few KiB. Proxies of the first version know no summary and report each endpoint: 64 backends
 * with 256 endpoints each are about 4 MiB. The inspector reads 32 reports concurrently, which together must
 * leave half of the memory that the chart requests.
 */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Reads the report from the proxy's admin endpoint at this IPv4 or IPv6 address. Throws only ReportError,
 * within three seconds.
 */
export const readReport = (ip: string, port: number, signal: AbortSignal): Promise<Report> =>
  new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void => {
      request.destroy();
      reject(new ReportError(formatListenAddress({ host: ip, port }), why, cause));
    };
    const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const request = askProxy({ ip, port }, '/status?summary', within);
    request.on('error', (error: NodeJS.ErrnoException) => fail(describe(error), error));
    request.on('response', (response) => {
      if (response.statusCode !== 200) {
        fail(`it responded with status ${response.statusCode}.`);
        return;
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > MAX_BYTES) fail('its response is too long to be a status.');
      });
      response.on('error', (error: NodeJS.ErrnoException) => fail(describe(error), error));
      response.on('end', () => {
        const found = parseReport(Buffer.concat(chunks).toString());
        if (found === undefined) fail('its response is not the status of a proxy.');
        else resolve(found);
      });
    });
  });

const describe = (error: NodeJS.ErrnoException): string => {
  switch (error.code) {
    case 'ABORT_ERR':
      return `it did not respond within ${TIMEOUT_MS / 1000} s.`;
    case 'ECONNREFUSED':
      return 'nothing listens there.';
    case 'ECONNRESET':
      return 'the connection was reset.';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no route to it.';
    default:
      return `${error.code ?? error.message}.`;
  }
};
