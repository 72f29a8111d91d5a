/**
 * Visits listeners that end TLS, one after the other and again from the first one, and prints as JSON what
 * each visit saw, once it is told to stop by SIGTERM:
 *
 *   node e2e/support/tls-visits.ts NAME CLIENT fresh|resume HOST:PORT…
 *
 * NAME is the host name that the client asks for, whatever the certificate says. CLIENT is the client's own
 * certificate and key (Identity) as JSON in base64, or empty. With `resume`, each visit
 * brings the newest session that an earlier one was given; with `fresh`, each makes a full handshake. The
 * script writes a dot to stderr for each answer, and "!" for each failure.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import type { Identity } from '../../cluster/access/certificates.ts';

export interface TlsVisit {
  readonly target: string;
  /** Serial number of the certificate, in hexadecimal. */
  readonly serial?: string;
  readonly resumed?: boolean;
  /** Name of the endpoint that answered. */
  readonly endpoint?: string;
  readonly failure?: string;
}

const PAUSE_MS = 20;
const TIMEOUT_MS = 10_000;
/** After a failure there may be nobody yet. */
const RETRY_MS = 200;

const [servername = '', client = '', mode = '', ...targets] = process.argv.slice(2);
const own = client === '' ? undefined : (JSON.parse(Buffer.from(client, 'base64').toString()) as Identity);
let session: Buffer | undefined;
let running = true;

const ask = async (socket: TLSSocket): Promise<string> => {
  socket.write(`GET / HTTP/1.1\r\nHost: ${servername}\r\nConnection: close\r\n\r\n`);
  let received = '';
  for await (const data of socket) received += (data as Buffer).toString('latin1');
  return received;
};

const visit = async (target: string): Promise<TlsVisit> => {
  const { hostname, port } = new URL(`tcp://${target}`);
  const socket = connect({
    host: hostname,
    port: Number(port),
    servername,
    rejectUnauthorized: false,
    ...(own === undefined ? {} : { cert: own.certificate, key: own.key }),
    ...(mode === 'resume' && session !== undefined ? { session } : {}),
  });
  socket.on('session', (given: Buffer) => {
    session = given;
  });
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')));
  try {
    await once(socket, 'secureConnect');
    const { serialNumber: serial } = socket.getPeerCertificate();
    const resumed = socket.isSessionReused();
    const answer = await ask(socket);
    const endpoint = /^HTTP\/1\.1 200 [\s\S]*?\r\n\r\n([^\r\n]+)/.exec(answer)?.[1];
    if (endpoint === undefined) return { target, serial, failure: `answer "${answer.slice(0, 60)}"` };
    return { target, serial, resumed, endpoint };
  } catch (error) {
    return { target, failure: (error as NodeJS.ErrnoException).code ?? String(error) };
  } finally {
    socket.destroy();
  }
};

if (import.meta.main) {
  process.on('SIGTERM', () => {
    running = false;
  });
  const visits: TlsVisit[] = [];
  while (running)
    for (const target of targets) {
      const seen = await visit(target);
      visits.push(seen);
      process.stderr.write(seen.failure === undefined ? '.' : '!');
      await sleep(seen.failure === undefined ? PAUSE_MS : RETRY_MS);
    }
  process.stdout.write(JSON.stringify(visits));
}
