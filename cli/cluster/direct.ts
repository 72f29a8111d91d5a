import { lateHttp } from '../../program/late-modules.ts';
import type { Pod } from './pods.ts';

const LONGEST_REFUSAL = 300;
/** Pages of 65,536 endpoints, which is the most, have 20 MiB. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The proxy has answered that it will not; the message is its own. */
export class PageRefused extends Error {}

/** Reads a page of a proxy at the address of its pod. Rejects with PageRefused, and with Node's errors. */
export const readDirectly = ({ ip, adminPort }: Pod, page: string, timeoutMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    if (ip === undefined) return reject(new Error('the pod has no address yet'));
    const request = lateHttp().get({
      host: ip,
      port: adminPort,
      path: `/${page}`,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > MAX_BYTES) request.destroy(new Error('its response is too long to be one of a proxy'));
      });
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if ((response.statusCode ?? 0) >= 400) reject(new PageRefused(text.trim().slice(0, LONGEST_REFUSAL)));
        else resolve(text);
      });
    });
  });
