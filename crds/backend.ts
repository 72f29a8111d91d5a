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
  address: z.string().min(2).max(45).describe('IPv4 or IPv6 address; host names are not resolved.'),
  port: port.describe('TCP port of the endpoint.'),
  weight: z
    .int()
    .min(0)
    .max(256)
    .default(1)
    .describe('Share of new connections relative to the other endpoints; 0 takes none.'),
});

const httpCheck = z.object({
  path: z
    .string()
    .max(1024)
    .regex(/^\/[!-~]*$/, 'is not a path: start with "/" and leave out blanks')
    .default('/')
    .describe('Path that the check requests with GET.'),
  expectedStatuses: valueSet(z.int().min(100).max(599), 32)
    .min(1)
    .default([200])
    .describe('Response statuses that count as healthy.'),
});

const healthCheck = z.object({
  type: z.enum(['TCP', 'HTTP']).default('TCP').describe('TCP connects; HTTP also sends a GET.'),
  http: httpCheck.optional().describe('What an HTTP check asks and accepts; only with type HTTP.'),
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

/** Where connections go: the endpoints of a Service, or fixed addresses, and how one is picked. */
export const backend = z.object({
  name: name.describe('Unique name of the backend.'),
  service: serviceReference.optional().describe('A Service, followed through its EndpointSlices.'),
  endpoints: keyedList(endpoint, ['address', 'port'], 256)
    .min(1)
    .optional()
    .describe('Fixed endpoints, instead of a Service.'),
  algorithm: z
    .enum(['RoundRobin', 'LeastConnections'])
    .default('RoundRobin')
    .describe('How an endpoint is picked for a new connection; both respect weights.'),
  healthCheck: healthCheck.optional().describe('Active checks; without it every ready endpoint is used.'),
  connect: z
    .object({
      timeout: duration.default('5s').describe('Time for one attempt to connect to an endpoint; 10ms to 5m.'),
      retries: z.int().min(0).max(10).default(2).describe('Further attempts, each on another endpoint.'),
    })
    .prefault({})
    .describe('How connections to endpoints are made.'),
});

export type Backend = z.output<typeof backend>;
export type ServiceReference = z.output<typeof serviceReference>;
export type StaticEndpoint = z.output<typeof endpoint>;
export type HealthCheck = z.output<typeof healthCheck>;
