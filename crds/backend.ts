import * as z from 'zod';
import { backendTls } from './backend-tls.ts';
import { BYTE_TEXT } from './byte-text.ts';
import { keyedList, valueSet } from './collections.ts';
import { DRAINED_ENTRY } from './drained.ts';
import { duration, name, port, serverName, servicePort } from './scalars.ts';

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
    .describe('IPv4 or IPv6 address in any notation; host names are not resolved.'),
  port: port.describe('Port of the endpoint.'),
  weight: z
    .int()
    .min(0)
    .max(256)
    .default(1)
    .describe('Share of new connections relative to the other endpoints; 0 means none.'),
  backup: z
    .boolean()
    .default(false)
    .describe(
      'A backup takes new connections only while no other endpoint is healthy, fewer than panicThresholdPercent are, or all that are healthy are still in slowStart.',
    ),
});

const httpCheck = z.object({
  path: z
    .string()
    .max(1024)
    .regex(/^\/[!-~]*$/, 'is not a path: it must start with "/" and must not contain spaces')
    .default('/')
    .describe('Path of the GET request.'),
  host: z
    .string()
    .max(259)
    .regex(
      /^[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?(:[0-9]{1,5})?$/,
      'is not a host: write a name or an IPv4 address, optionally with a port, such as web.internal or web.internal:8080',
    )
    .optional()
    .describe(
      'Host header of the request; with tls also the server name (SNI), unless the backend has a tls.serverName. Defaults to the endpoint’s address and port.',
    ),
  tls: z
    .boolean()
    .default(false)
    .describe('Sends the request over TLS (HTTPS). The certificate is not verified.'),
  expectedStatuses: valueSet(z.int().min(100).max(599), 32)
    .min(1)
    .default([200])
    .describe('Response statuses that count as healthy.'),
});

const tlsCheck = z.object({
  serverName: serverName.optional().describe('Server name sent in the handshake (SNI). Omit to send none.'),
});

const grpcCheck = z.object({
  service: z
    .string()
    .max(253)
    .regex(/^[!-~]*$/, 'is not the name of a gRPC service: it must not contain spaces')
    .default('')
    .describe('gRPC service to check; empty checks the server as a whole.'),
});

const NOT_BYTES =
  'is not text that stands for bytes: use printable ASCII and \\xNN, \\n, \\r, \\t, \\\\, in YAML without quotes or in single quotes';

const udpCheck = z.object({
  send: z
    .string()
    .max(2048)
    .regex(BYTE_TEXT, NOT_BYTES)
    .default('')
    .describe(
      'Payload of the datagram, as printable ASCII with the escapes `\\xNN`, `\\n`, `\\r`, `\\t` and `\\\\`; an empty datagram by default. In YAML, write it without quotes or in single quotes.',
    ),
  expect: z
    .string()
    .min(1)
    .max(1024)
    .regex(BYTE_TEXT, NOT_BYTES)
    .optional()
    .describe(
      'Bytes that the answer must contain, written like send. If omitted, any answer will do, and so will none: the check then fails only if an ICMP error comes back within the timeout, such as that no process listens on the port.',
    ),
});

const healthCheck = z.object({
  type: z
    .enum(['TCP', 'TLS', 'HTTP', 'GRPC', 'UDP', 'ICMP'])
    .default('TCP')
    .describe(
      'TCP connects; TLS also performs a handshake, without verifying the certificate; HTTP sends a GET request, over TLS if http.tls is set; GRPC calls grpc.health.v1.Health/Check without TLS; UDP sends a datagram; ICMP sends an echo request (ping), for which net.ipv4.ping_group_range must include the group of the proxy.',
    ),
  port: port
    .optional()
    .describe(
      'Port to check on each endpoint’s address; not with type ICMP. Defaults to the endpoint’s own port.',
    ),
  http: httpCheck
    .optional()
    .describe('Request and accepted responses of an HTTP check; only with type HTTP.'),
  tls: tlsCheck.optional().describe('Handshake of a TLS check; only with type TLS.'),
  grpc: grpcCheck.optional().describe('Request of a gRPC check; only with type GRPC.'),
  udp: udpCheck.optional().describe('Datagram and answer of a UDP check; only with type UDP.'),
  interval: duration.default('5s').describe('Time between two checks of one endpoint; 100ms to 1h.'),
  timeout: duration
    .default('1s')
    .describe('A check that is not answered within this time fails; 10ms up to the interval.'),
  healthyThreshold: z
    .int()
    .min(1)
    .max(10)
    .default(2)
    .describe('Consecutive successes that make an endpoint healthy.'),
  unhealthyThreshold: z
    .int()
    .min(1)
    .max(10)
    .default(3)
    .describe('Consecutive failures that make an endpoint unhealthy.'),
});

const outlierDetection = z.object({
  consecutiveFailures: z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('Consecutive connection failures, counted over all acceptors, that eject an endpoint.'),
  ejectionTime: duration
    .default('30s')
    .describe(
      'Time that an endpoint stays ejected; it doubles, triples and so on with each ejection in a row, up to ten times; 1s to 1h.',
    ),
  maxEjectionPercent: z
    .int()
    .min(0)
    .max(100)
    .default(50)
    .describe('Share of the endpoints that may be ejected at once. At least one may be, unless this is 0.'),
});

const connect = z.object({
  timeout: duration
    .default('5s')
    .describe('Time limit of one attempt to connect to an endpoint; 10ms to 5m.'),
  retries: z
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe(
      'Further attempts, each on another endpoint. When all have been tried, the same ones are tried again, first after 250ms, then after 1s.',
    ),
  totalTimeout: duration
    .default('15s')
    .describe(
      'Time limit of all attempts of one connection together; no attempt starts or continues after it; 10ms to 30m.',
    ),
  retryBudgetPercent: z
    .int()
    .min(0)
    .max(100)
    .default(100)
    .describe(
      'Retries allowed per 100 new connections of the backend. Ten a second are always allowed, unless this is 0.',
    ),
});

const proxyProtocol = z.object({
  version: z
    .enum(['V1', 'V2'])
    .describe('Version of the header: V1 is text, V2 is binary. Datagrams require V2.'),
  tlvs: valueSet(z.enum(['CRC32C', 'UniqueId', 'Authority', 'ALPN', 'TLS', 'ClientCertificate']), 6)
    .optional()
    .describe(
      'Extensions of a header of version V2: CRC32C is a checksum, UniqueId 128 bits that identify the connection and are in the access log, too. Of listeners with tls: Authority is the server name that the client asks for; where TLS ends at the proxy, ALPN is the protocol that was agreed upon, TLS has the version, the cipher suite, the own certificate’s signature and key, whether the client has shown a certificate that was verified, and its common name, and ClientCertificate adds that certificate itself.',
    ),
});

/** Where connections go: the endpoints of a Service or fixed addresses, and how one of them is picked. */
export const backend = z.object({
  name: name.describe('Unique name of the backend.'),
  service: serviceReference.optional().describe('A Service, watched through its EndpointSlices.'),
  endpoints: keyedList(endpoint, ['address', 'port'], 256)
    .min(1)
    .optional()
    .describe('Fixed endpoints, instead of a Service.'),
  drained: valueSet(
    z
      .string()
      .max(53)
      .regex(
        DRAINED_ENTRY,
        'is not an endpoint: write an IP address, or an address and a port, such as 192.0.2.1:80 or [2001:db8::1]:80',
      ),
    64,
  )
    .optional()
    .describe(
      'Endpoints that take no new connections; open ones go on. An IP address means all endpoints on it, an address and a port, such as `192.0.2.1:80` or `[2001:db8::1]:80`, one of them. `kubectl l4b drain` adds entries.',
    ),
  algorithm: z
    .enum(['RoundRobin', 'LeastConnections', 'Random', 'SourceHash', 'Maglev'])
    .default('RoundRobin')
    .describe(
      'How the endpoint of a new connection is picked; all algorithms respect weights. Random takes the less loaded of two. SourceHash and Maglev map a client address to the same endpoint on every acceptor and replica: SourceHash moves the fewest clients when endpoints change, Maglev’s cost does not grow with the number of endpoints.',
    ),
  healthCheck: healthCheck.optional().describe('Active health checks. Omit to use every ready endpoint.'),
  outlierDetection: outlierDetection
    .optional()
    .describe('Temporarily ejects endpoints that connections fail to. Omit to disable.'),
  panicThresholdPercent: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe(
      'When the share of healthy endpoints falls below this, healthy backups are used too; without healthy backups all endpoints are used, healthy or not. With 0 this happens only when none is healthy.',
    ),
  slowStart: duration
    .optional()
    .describe(
      'Time over which a new or recovered endpoint ramps up to its full share; 1s to 1h. With SourceHash and Maglev it takes its full share at once.',
    ),
  connect: connect.prefault({}).describe('How connections to endpoints are made.'),
  maxConnectionsPerEndpoint: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(
      'Limit of open connections from one replica to one endpoint. Beyond it another endpoint is used; when all are full, connections wait up to a second in a short queue.',
    ),
  proxyProtocol: proxyProtocol
    .optional()
    .describe(
      'Sends a PROXY header before anything else, behind a listener of UDP in front of each datagram, with the addresses of the client and of what it connected to. Endpoints must expect it. Health checks of an endpoint’s own port send one, too, for a connection of the proxy’s own. Omit to send none.',
    ),
  tls: backendTls
    .optional()
    .describe(
      'Speaks TLS with the endpoints, whatever clients speak with the listener. Health checks of an endpoint’s own port do the same. Omit to pass on the bytes as they are.',
    ),
  drain: z
    .object({
      onRemoval: z
        .enum(['Keep', 'Close'])
        .default('Keep')
        .describe(
          'Whether to keep or close connections to a removed endpoint. An endpoint of a Service is removed when it is in no EndpointSlice any more.',
        ),
      onUnhealthy: z
        .enum(['Keep', 'Close'])
        .default('Keep')
        .describe(
          'Whether to keep or close connections to an endpoint that fails its checks or is ejected. They are kept while unhealthy endpoints are in use (panicThresholdPercent).',
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
export type ProxyProtocol = z.output<typeof proxyProtocol>;
export type Connect = z.output<typeof connect>;
