import * as z from 'zod';
import { valueSet } from './collections.ts';
import { limits } from './limits.ts';
import { duration, name, port } from './scalars.ts';
import { addressRange, sources } from './sources.ts';
import { listenerTls } from './tls.ts';

const keepalive = z.object({
  time: duration
    .optional()
    .describe(
      'Idle time before the first keepalive probe; 1s to 9h, in whole seconds. Defaults to net.ipv4.tcp_keepalive_time.',
    ),
  interval: duration
    .optional()
    .describe(
      'Time between keepalive probes; 1s to 9h, in whole seconds. Defaults to net.ipv4.tcp_keepalive_intvl.',
    ),
  probes: z
    .int()
    .min(1)
    .max(127)
    .optional()
    .describe(
      'Unanswered probes after which the connection is considered dead. Defaults to net.ipv4.tcp_keepalive_probes.',
    ),
});

const proxyProtocol = z.object({
  accept: z
    .enum(['V1', 'V2', 'Any'])
    .default('Any')
    .describe('Versions of the header that are accepted: V1 is text, V2 is binary, Any is both.'),
  required: z
    .boolean()
    .default(true)
    .describe(
      'Refuses peers outside trustedSources. With false they are served with their own address; whatever they send is passed on and never taken for a header.',
    ),
  trustedSources: valueSet(addressRange, 64)
    .min(1)
    .describe(
      'Addresses or CIDR ranges of the load balancers in front. Each of their connections must begin with a header, and is then treated as coming from the client that it names.',
    ),
});

const stickiness = z.object({
  type: z
    .enum(['QuicConnectionId'])
    .describe(
      'QuicConnectionId: the connection IDs of QUIC. Each replica learns them from the handshakes that pass through it.',
    ),
  serverId: z
    .object({
      offset: z
        .int()
        .min(0)
        .max(19)
        .default(1)
        .describe('Bytes of a connection ID before the server ID. QUIC-LB has one.'),
      length: z.int().min(1).max(16).describe('Bytes of the server ID. With offset, at most 20.'),
    })
    .optional()
    .describe(
      'The bytes that all connection IDs of one server have in common, and no other server’s have. Set it if the servers make their IDs that way: then clients that change to an ID that the proxy cannot have seen keep their endpoint, too.',
    ),
});

/** A port that clients connect to, and the backend that its connections go to. */
export const listener = z.object({
  name: name.describe('Unique name of the listener; also the name of the Service port.'),
  port: port.describe(
    'Port that clients connect to. With each protocol it must be unique among the listeners; with TCP it must differ from workload.adminPort.',
  ),
  address: z
    .string()
    .min(2)
    .max(45)
    .optional()
    .describe(
      'The one local IPv4 or IPv6 address to bind to. Omit to bind to all. Only without a cluster, where listeners with different addresses may share a port, and with tuning.profile HostNetwork.',
    ),
  protocol: z
    .enum(['TCP', 'UDP'])
    .default('TCP')
    .describe(
      'Transport protocol. With UDP, the datagrams between one client and one endpoint are a session, which is treated as a connection: the word means both.',
    ),
  backend: name
    .optional()
    .describe(
      'Name of the entry of spec.backends that connections go to; with tls.routes, those that no route is for. Only then it may be omitted.',
    ),
  sources: sources
    .optional()
    .describe(
      'Which clients may connect, by the address that the proxy sees. Others are reset at once. Open connections are kept when this changes.',
    ),
  timeouts: z
    .object({
      idle: duration
        .optional()
        .describe(
          'A connection without traffic in either direction for this long is closed; 1s to 168h. Defaults to 1h for TCP and to 1m for UDP, whose clients do not say when they have finished.',
        ),
      halfClosed: duration
        .optional()
        .describe(
          'Idle limit once one side has ended its stream, if shorter than idle; only with TCP; 1s to 168h. Defaults to 5m. Raise it if clients end their side and then wait long for the response.',
        ),
      handshake: duration
        .default('10s')
        .describe(
          'Time within which a client’s PROXY header and its first message of TLS must be complete, and its handshake with tls.mode Terminate; 100ms to 5m. Only with proxyProtocol or tls.',
        ),
      firstByte: duration
        .optional()
        .describe(
          'A connection ends if no byte comes from its client within this time, unless its endpoint speaks first; 100ms to 1h. Off by default.',
        ),
      keepalive: keepalive
        .optional()
        .describe(
          'TCP keepalive on both sides, for new connections; only with TCP. It is always on; omitted values are the kernel’s.',
        ),
    })
    .prefault({})
    .describe('Time limits of a connection.'),
  proxyProtocol: proxyProtocol
    .optional()
    .describe(
      'Accepts the PROXY protocol of load balancers in front: hashing, logs and limits use the client’s address that its header names. Omit where clients connect directly.',
    ),
  tls: listenerTls
    .optional()
    .describe(
      'Routes TLS connections by the name of the server. Omit to pass on whatever comes; only with TCP.',
    ),
  limits: limits
    .optional()
    .describe('Limits for the listener and for each of its sources. Omit to limit nothing.'),
  stickiness: stickiness
    .optional()
    .describe(
      'By what a client keeps its endpoint when its address changes; only with UDP. Omit if clients are known by their addresses alone.',
    ),
});

export type ProxyProtocol = z.output<typeof proxyProtocol>;
export type Keepalive = z.output<typeof keepalive>;
export type Stickiness = z.output<typeof stickiness>;
export type Listener = z.output<typeof listener>;
