import * as z from 'zod';
import { count, list, oneOf, port, text } from './fields.ts';
import { endpoint as endpointStatus, status } from './status.ts';

/** What becomes of a client, with its meaning. */
export const OUTCOMES = {
  Endpoint: 'It gets the endpoint in `endpoint`, or if that cannot be reached, the first of `next` that can.',
  OneOf:
    'It gets one of `endpoints`, each with its chance: the algorithm goes by other clients, or by chance.',
  Waits: 'Every endpoint is full: it waits up to a second for one to have room.',
  HeaderDecides:
    'Its peer is trusted to send a PROXY header, which names the client: pass both, `from` and `via`.',
  Refused: 'It gets no endpoint, for the reason in `reason`.',
} as const;

/** What becomes of a PROXY header. */
const HEADERS = { Read: '', Skipped: '', Refused: '' } as const;

const address = text(45);

const limit = z.object({
  reason: text(64).describe('The reason for which it refuses connections.'),
  used: count('').describe('Connections that count; of a rate, those that it lets in at once now.'),
  most: count('').describe('The most of them; of a rate, its burst.'),
  exceeded: z.boolean().describe('Whether one more is too many.'),
});

const endpointAddress = z.object({
  address: address.describe('IPv4 or IPv6 address, without brackets.'),
  port: port().describe('Port.'),
});

const tls = z.object({
  mode: oneOf({ Passthrough: '', Terminate: '' }, 16).describe('Mode, as in the spec.'),
  startTls: text(16).exactOptional().describe('The protocol that begins in the clear; absent if none does.'),
  route: z
    .object({
      hostnames: list(text(253)).describe('Its host names.'),
      alpn: list(text(255)).describe('Its protocols; empty for all.'),
    })
    .exactOptional()
    .describe('The route that leads to the backend; absent if none fits, or if it did not come to that.'),
});

const explained = endpointStatus
  .pick({
    address: true,
    port: true,
    weight: true,
    backup: true,
    drained: true,
    health: true,
    reason: true,
    ejectedUntil: true,
    share: true,
    open: true,
    used: true,
  })
  .extend({
    chance: z
      .number()
      .min(0)
      .max(1)
      .describe('The part of the clients like this one that it gets now, from 0 to 1.'),
    full: z.boolean().describe('Whether it has all the connections that it may have.'),
  });

/** The answer on /explain: what becomes of a client that connects now, and why. Fields are only ever added. */
export const explanation = z.object({
  reportVersion: status.shape.reportVersion,
  version: status.shape.version,
  revision: status.shape.revision,
  tableVersion: count('').describe('Version of the table that it follows from.'),
  notReady: status.shape.notReady,
  outcome: oneOf(OUTCOMES, 16).describe('What becomes of the client.'),
  reason: text(64).exactOptional().describe('Why it is refused, as in the access log; only with `Refused`.'),
  client: address.describe('Address of the client.'),
  via: address.exactOptional().describe('Address of the load balancer in front, if one was given.'),
  listener: z
    .object({
      name: text(63).describe('Name in the spec.'),
      port: port().describe('Its port.'),
      protocol: text(16).describe('Its transport protocol.'),
      address: address.exactOptional().describe('The one address that it is bound to; absent if to all.'),
      backend: text(63).exactOptional().describe('The backend of connections that no route is for.'),
      sticky: z
        .boolean()
        .exactOptional()
        .describe('True if clients of QUIC are also found by connection IDs, whatever their address.'),
    })
    .describe('The listener that the client connects to.'),
  paused: text(16)
    .exactOptional()
    .describe('Why an acceptor lets clients wait at the moment, as an error code; absent if none does.'),
  header: oneOf(HEADERS, 16)
    .exactOptional()
    .describe('What becomes of a PROXY header of its peer; absent if the listener accepts none.'),
  source: z
    .object({
      allowed: z.boolean().describe('Whether its address may connect.'),
      range: text(96)
        .exactOptional()
        .describe(
          'The range of `sources` that decides, joined with those that it touches; absent if none contains the address.',
        ),
    })
    .exactOptional()
    .describe(
      'What the sources of the listener say; absent if all may connect, or if it did not come to that.',
    ),
  limitMode: oneOf({ Enforce: '', Report: '' }, 16)
    .exactOptional()
    .describe('Whether limits refuse connections; absent without limits.'),
  limits: list(limit).describe('The limits of connections that were looked at, in their order.'),
  tls: tls.exactOptional().describe('What the listener does with TLS; absent if nothing.'),
  backend: z
    .object({
      name: text(63).describe('Name in the spec.'),
      algorithm: text(64).describe('How it picks endpoints.'),
      retries: count('').describe('How many more endpoints are tried if one cannot be reached.'),
      mostPerEndpoint: count('connections').describe('The most connections of one endpoint; 0 for no limit.'),
      panic: z.boolean().describe('Whether endpoints are used that are not healthy, since too few are.'),
      backups: z.boolean().describe('Whether backups are used, since too few other endpoints are healthy.'),
    })
    .exactOptional()
    .describe('The backend that the endpoint is picked of; absent if it did not come to that.'),
  endpoint: endpointAddress.exactOptional().describe('The endpoint; only with `Endpoint`.'),
  next: list(endpointAddress).describe('Endpoints that are tried after it, in this order.'),
  endpoints: list(explained).describe(
    'Endpoints of the backend, those with the best chance first; up to 256 of them.',
  ),
  omitted: count('endpoints').describe('How many more there are.'),
});

export type Explanation = z.input<typeof explanation>;
export type ExplainedEndpoint = Explanation['endpoints'][number];
