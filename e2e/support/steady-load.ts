/**
 * Several clients send one HTTP request after another, each on a new connection, until SIGTERM or until the
 * time is up; then all requests are printed as JSON: when the connection was opened, which endpoint
 * responded, what failed.
 *
 *   node e2e/support/steady-load.ts HOST PORT [--clients 4] [--seconds 60] [--pause-ms 0] [--retries 0]
 *     [--path /]
 */
import { connect } from 'node:net';
import { parseArgs } from 'node:util';

/** One request; times in milliseconds since the epoch, the same clock for every process of a machine. */
export interface SteadyRequest {
  readonly begunMs: number;
  readonly tookMs: number;
  /** Name of the endpoint that responded. */
  readonly endpoint?: string;
  readonly failure?: string;
  /** The error of the first attempt, if a retrying client got its response from a later one. */
  readonly retried?: string;
}

const TIMEOUT_MS = 10_000;
const requestFor = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: e2e\r\nConnection: close\r\n\r\n`;

const now = (): number => performance.timeOrigin + performance.now();

const requestOnce = (host: string, port: number, path: string): Promise<SteadyRequest> =>
  new Promise((resolve) => {
    const begunMs = now();
    let received = '';
    const socket = connect({ host, port, noDelay: true });
    const done = (outcome: { readonly endpoint: string } | { readonly failure: string }): void => {
      socket.destroy();
      resolve({ begunMs, tookMs: now() - begunMs, ...outcome });
    };
    socket.setTimeout(TIMEOUT_MS, () => done({ failure: 'no response in time' }));
    socket.on('connect', () => socket.write(requestFor(path)));
    socket.on('data', (data) => {
      received += data.toString('latin1');
    });
    socket.on('end', () => {
      const endpoint = /^HTTP\/1\.1 200 [\s\S]*?\r\n\r\n([^\r\n]+)/.exec(received)?.[1];
      done(endpoint === undefined ? { failure: `response "${received.slice(0, 60)}"` } : { endpoint });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => done({ failure: error.code ?? error.message }));
  });

/** Like a client whose requests are safe to repeat: a failed one is sent again, on a new connection. */
const requestWithRetries = async (
  host: string,
  port: number,
  path: string,
  retries: number,
): Promise<SteadyRequest> => {
  const first = await requestOnce(host, port, path);
  if (first.failure === undefined || retries === 0) return first;
  return { ...(await requestWithRetries(host, port, path, retries - 1)), retried: first.failure };
};

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      clients: { type: 'string', default: '4' },
      seconds: { type: 'string', default: '60' },
      'pause-ms': { type: 'string', default: '0' },
      retries: { type: 'string', default: '0' },
      path: { type: 'string', default: '/' },
    },
  });
  const [host = '', port] = positionals;
  const pauseMs = Number(values['pause-ms']);
  let running = true;
  const stop = (): void => {
    running = false;
  };
  process.on('SIGTERM', stop);
  setTimeout(stop, Number(values.seconds) * 1000).unref();
  const requests: SteadyRequest[] = [];
  const clients = Array.from({ length: Number(values.clients) }, async () => {
    while (running) {
      const request = await requestWithRetries(host, Number(port), values.path, Number(values.retries));
      requests.push(request);
      if (requests.length === 1) process.stderr.write('first answer\n');
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  });
  await Promise.all(clients);
  process.stdout.write(JSON.stringify(requests));
}
