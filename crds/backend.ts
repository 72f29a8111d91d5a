import { z } from 'zod';
import { keyedList, valueSet } from './collections.ts';
import { duration, name, port, servicePort } from './scalars.ts';

const serviceReference = z.object({
  name: z
    .string()
    .max(63)
    .regex(
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
      'is not the name of a Service in the same namespace: use lower-case letters, digits and "-"; no dots',
    )
    .describe('Name of a Service in the same namespace.'),
  port: servicePort.describe('Port of that Service: its number, without quotes, or its name.'),
});

const endpoint = z.object({
  address: z
    .string()
    .min(2)
    .max(45)
    .describe('IPv4 or IPv6 address in any spelling; host names are not resolved.'),
  port: port.describe('TCP port of the endpoint.'),
  weight: z
    .int()
    .min(0)
    .max(256)
    .default(1)
    .describe('Share of new connections relative to the other endpoints; 0 takes none.'),
  backup: z
    .boolean()
    .default(false)
    .describe(
      'True takes new connections only while no other endpoint is healthy, or fewer than panicThresholdPercent, or while all that are start slowly (slowStart).',
    ),
});

const httpCheck = z.object({
  path: z
    .string()
    .max(1024)
    .regex(/^\/[!-~]*$/, 'is not a path: start with "/" and leave out blanks')
    .default('/')
    .describe('Path that the check requests with GET.'),
  host: z
    .string()
    .max(259)
    .regex(
      /^[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?(:[0-9]{1,5})?$/,
      'is not a host: write a name or an IPv4 address, with a port if need be, such as web.internal or web.internal:8080',
    )
    .optional()
    .describe(
      'Host header of the request, and with tls the name sent in the handshake (SNI); without it the endpoint’s address and port.',
    ),
  tls: z.boolean().default(false).describe('True asks over TLS (HTTPS); the certificate is not verified.'),
  expectedStatuses: valueSet(z.int().min(100).max(599), 32)
    .min(1)
    .default([200])
    .describe('Response statuses that count as healthy.'),
});

const tlsCheck = z.object({
  serverName: z
    .string()
    .max(253)
    .regex(
      // As no top-level domain does, no address has a letter at the start of its last part.
      /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)*[a-z]([-a-z0-9]*[a-z0-9])?$/,
      'is not a host name: use lower-case letters, digits, "-" and ".", and a name instead of an address',
    )
    .optional()
    .describe('Name sent in the handshake (SNI); without it none is sent.'),
});

const grpcCheck = z.object({
  service: z
    .string()
    .max(253)
    .regex(/^[!-~]*$/, 'is not the name of a gRPC service: leave out blanks')
    .default('')
    .describe('Service that the check asks about; empty asks about the server as a whole.'),
});

const healthCheck = z.object({
  type: z
    .enum(['TCP', 'TLS', 'HTTP', 'GRPC'])
    .default('TCP')
    .describe(
      'TCP connects; TLS also makes a handshake, without checking the certificate; HTTP sends a GET, over TLS if http.tls says so; GRPC calls grpc.health.v1.Health/Check without TLS.',
    ),
  port: port
    .optional()
    .describe('Port that is checked, of each endpoint’s address; without it the endpoint’s own.'),
  http: httpCheck.optional().describe('What an HTTP check asks and accepts; only with type HTTP.'),
  tls: tlsCheck.optional().describe('How a TLS check makes its handshake; only with type TLS.'),
  grpc: grpcCheck.optional().describe('What a gRPC check asks about; only with type GRPC.'),
  interval: duration.default('5s').describe('Time between two checks of one endpoint; 100ms to 1h.'),
  timeout: duration
    .default('1s')
    .describe('A check not answered within this time has failed; 10ms up to the interval.'),
  healthyThreshold: z
    .int()
    .min(1)
    .max(10)
    .default(2)
    .describe('Successes in a row that make an endpoint healthy.'),
  unhealthyThreshold: z.int().min(1).max(10).default(3).describe('Failures in a row that make it unhealthy.'),
});

const outlierDetection = z.object({
  consecutiveFailures: z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('Failed attempts to connect in a row, of all acceptors together, that take an endpoint out.'),
  ejectionTime: duration
    .default('30s')
    .describe(
      'Time that it stays out; twice as long the second time in a row, and so on up to ten times; 1s to 1h.',
    ),
  maxEjectionPercent: z
    .int()
    .min(0)
    .max(100)
    .default(50)
    .describe('Share of the endpoints that may be out at once; one may be out in any case, unless it is 0.'),
});

const connect = z.object({
  timeout: duration.default('5s').describe('Time for one attempt to connect to an endpoint; 10ms to 5m.'),
  retries: z
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe(
      'Further attempts, each on another endpoint; where all were tried, on the same ones again after a pause of 250ms, then of 1s.',
    ),
  totalTimeout: duration
    .default('15s')
    .describe(
      'Time for all attempts of one connection together; no attempt begins or goes on after it; 10ms to 30m.',
    ),
  retryBudgetPercent: z
    .int()
    .min(0)
    .max(100)
    .default(100)
    .describe(
      'Retries that a backend may have for each 100 new connections; ten a second are allowed in any case, unless it is 0.',
    ),
});

/** Where connections go: the endpoints of a Service, or fixed addresses, and how one is picked. */
export const backend = z.object({
  name: name.describe('Unique name of the backend.'),
  service: serviceReference.optional().describe('A Service, followed through its EndpointSlices.'),
  endpoints: keyedList(endpoint, ['address', 'port'], 256)
    .min(1)
    .optional()
    .describe('Fixed endpoints, instead of a Service.'),
  algorithm: z
    .enum(['RoundRobin', 'LeastConnections', 'Random', 'SourceHash', 'Maglev'])
    .default('RoundRobin')
    .describe(
      'How an endpoint is picked for a new connection; all respect weights. Random takes the less loaded of two. SourceHash and Maglev give a client address the same endpoint on every acceptor and replica: SourceHash moves the fewest clients when endpoints change, Maglev costs the same however many endpoints there are.',
    ),
  healthCheck: healthCheck.optional().describe('Active checks; without it every ready endpoint is used.'),
  outlierDetection: outlierDetection
    .optional()
    .describe('Takes endpoints out for a while to which connections fail; without it none is taken out.'),
  panicThresholdPercent: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe(
      'Where fewer endpoints than this share are healthy, healthy backups help; without those all are used, healthy or not. At 0 only where none is healthy.',
    ),
  slowStart: duration
    .optional()
    .describe(
      'Time over which an endpoint that is new or healthy again gets its full share; 1s to 1h. SourceHash and Maglev give it at once.',
    ),
  connect: connect.prefault({}).describe('How connections to endpoints are made.'),
  maxConnectionsPerEndpoint: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(
      'Connections that one replica has open to one endpoint at most. Beyond it another endpoint is used; where all are full, connections wait up to a second in a short queue.',
    ),
  drain: z
    .object({
      onRemoval: z
        .enum(['Keep', 'Close'])
        .default('Keep')
        .describe(
          'What becomes of connections to an endpoint that has gone: one of a Service has when it is in no EndpointSlice any more.',
        ),
      onUnhealthy: z
        .enum(['Keep', 'Close'])
        .default('Keep')
        .describe(
          'What becomes of connections to an endpoint that checks or failed attempts to connect took out. They are kept while unhealthy endpoints are used, too (panicThresholdPercent).',
        ),
    })
    .prefault({})
    .describe('How connections to endpoints end.'),
});

export type Backend = z.output<typeof backend>;
export type ServiceReference = z.output<typeof serviceReference>;
export type StaticEndpoint = z.output<typeof endpoint>;
export type HealthCheck = z.output<typeof healthCheck>;
export type OutlierDetection = z.output<typeof outlierDetection>;
export type Connect = z.output<typeof connect>;
