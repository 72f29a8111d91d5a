import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { certificateOf } from '../certificates.ts';
import type { Environment } from '../environment.ts';
import { startServer } from '../server-process.ts';
import { type Endpoint, endpointValues, fillTemplate } from '../template.ts';
import { tool } from '../tools.ts';

const TEMPLATE = new URL('http.conf', import.meta.url);
/** What nginx asks for where tickets are encrypted with AES-256. */
const TICKET_KEY_BYTES = 80;
/** Number of nginx processes, with one worker each. The endpoints are divided among them. */
const SERVERS = 2;

const tlsLines = async (environment: Environment): Promise<string> => {
  const { certificate, key } = await certificateOf(environment, environment.shape.tls?.key ?? 'ECDSA');
  // Both processes resume the sessions of either.
  const tickets = join(environment.leash.folder, 'tickets');
  writeFileSync(tickets, randomBytes(TICKET_KEY_BYTES));
  // Without a word, nginx before 1.23.4 speaks no TLS 1.3, which is all that the clients speak.
  return `ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate ${certificate}; ssl_certificate_key ${key}; ssl_session_ticket_key ${tickets};`;
};

/**
 * Starts as many web endpoints as the shape requires, and as many that expect a PROXY header if it has
 * policies; they speak TLS if balancers pass it on, or speak it with them. All peers share them.
 */
export const openHttpEndpoints = async (environment: Environment): Promise<readonly Endpoint[]> => {
  const { network, shape, leash } = environment;
  const ports = await freePorts(shape.policies === 'None' ? shape.endpoints : 2 * shape.endpoints);
  const encrypted = shape.tls?.mode === 'Passthrough' || shape.tls?.reencrypts === true;
  const endpoints = ports.map((port, index) => ({
    name: `endpoint-${index + 1}`,
    address: network.address.endpoint,
    port,
    headed: index >= shape.endpoints,
    encrypted,
  }));
  const servers = Array.from({ length: SERVERS }, (_, server) =>
    endpoints.filter((_endpoint, index) => index % SERVERS === server),
  );
  const tls = encrypted ? await tlsLines(environment) : '';
  await Promise.all(
    servers.map(async (own, index) => {
      const [first] = own;
      if (!first) return;
      const name = `web-${index + 1}`;
      const file = join(leash.folder, `${name}.conf`);
      const values = { NAME: name, FILE_LIMIT: environment.fileLimit, TLS: tls };
      writeFileSync(file, fillTemplate(readFileSync(TEMPLATE, 'utf8'), values, [endpointValues(own)]));
      await startServer(
        environment,
        'endpoint',
        name,
        [tool(environment.tools, 'nginx').path, '-p', leash.folder, '-e', 'stderr', '-c', file],
        first.port,
      );
    }),
  );
  return endpoints;
};
