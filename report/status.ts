import * as z from 'zod';
import { certificate } from './certificates.ts';
import { count, list, oneOf, port, text } from './fields.ts';
import { finding } from './finding.ts';
import { HEALTH_STATES } from './health.ts';
import { ranges, sourceList } from './source-lists.ts';

const address = text(45);

export const source = z.object({
  from: text(1024).describe('The file, or the resource and the API server.'),
  following: z.boolean().describe('Whether the proxy currently follows its source.'),
  code: text(128)
    .exactOptional()
    .describe('Why it does not, as a constant code such as `Unauthorized`; only while it does not.'),
  problem: text(2048)
    .exactOptional()
    .describe(
      'Why it does not, as a sentence that is the same for each kind of problem; only while it does not.',
    ),
  lostForMs: z
    .number()
    .exactOptional()
    .meta({ unit: 'ms' })
    .describe('Time since it last followed the source; only while it does not.'),
});

export const acceptor = z.object({
  index: count('').describe('Index of the acceptor, from 0.'),
  alive: z.boolean().describe('False if it died and was not replaced.'),
  tableVersion: count('').describe('Version of the table that it serves; 0 before the first one.'),
  open: count('connections').describe('Open client connections.'),
  accepted: count('connections').describe('Client connections accepted since the start.'),
});

const byReason = (what: string) =>
  list(
    z.object({
      reason: text(64).describe('Reason for which connections end.'),
      total: count('connections').describe(what),
    }),
  );

export const sourceLoad = z.object({
  source: text(49).describe('IPv4 address, or IPv6 prefix.'),
  open: count('connections').describe('Open connections.'),
  unfinished: count('connections').describe(
    'Open connections of which no byte was relayed; counted with `unfinishedPerSource`.',
  ),
  connections: count('connections').describe('Connections since the source is followed, with those refused.'),
  refused: count('connections').describe('Those that were refused, or would have been in mode Report.'),
  bytes: count('bytes').describe('Bytes of its connections that have ended, in whole KiB.'),
});

export const limits = z.object({
  mode: oneOf({ Enforce: '', Report: '' }, 16).describe('Mode, as in the spec.'),
  limiting: z.boolean().describe('Whether a limit refused a connection within the last minute.'),
  open: count('connections').describe('Open connections that count against the limits.'),
  refused: byReason('Connections that a limit refused.').describe('By limit; since the start.'),
  wouldRefuse: byReason('Connections that a limit in mode Report would have refused.').describe(
    'By limit; since the start.',
  ),
  topSources: list(sourceLoad).describe(
    'Up to ten of the sources that limits follow: those with the most refused connections, then those with the most open ones.',
  ),
});

/** The part that this replica has of a limit that is shared out over all replicas. */
const share = z.object({
  limit: text(64).describe('Field of `limits`.'),
  amount: count('').describe(
    'What it may use: connections, or of `connectionRate` thousandths of a connection per second; 0 without a share.',
  ),
  version: count('').describe('Version of the share in force; 0 without a share.'),
  held: count('connections').describe(
    'Open connections that count, read after that share came into force; in mode Report, no more than the share. 0 for `connectionRate`.',
  ),
  admitted: count('connections').describe(
    'Connections that all limits admitted since the start; in mode Report, without those beyond the rate.',
  ),
  refused: count('connections').describe(
    'Connections beyond a share since the start; in mode Report, they were let in.',
  ),
});

const connectionIds = z.object({
  learned: count('').describe('Handshakes whose IDs were learned.'),
  found: count('sessions').describe(
    'Sessions of clients with a new address that got the endpoint of their connection.',
  ),
  notFound: count('sessions').describe(
    'Sessions that began in the middle of a connection with an ID that nothing is known of: another endpoint than its own does not know the connection.',
  ),
  unusable: count('packets').describe(
    'Packets of handshakes in which endpoints chose no ID, or one shorter than 4 bytes, which cannot be learned.',
  ),
  contested: count('').describe(
    'Server IDs that were learned of another endpoint than before; if it rises all the time, serverId does not fit the IDs.',
  ),
});

export const listener = z.object({
  name: text(63).describe('Name in the spec.'),
  port: port().describe('Port that clients connect to.'),
  address: address
    .exactOptional()
    .describe('The one address that it is bound to; absent if it is bound to all.'),
  protocol: text(16).exactOptional().describe('Transport protocol; absent if it is TCP.'),
  backend: text(63)
    .exactOptional()
    .describe('Name of the backend that its connections go to; absent if only its routes have backends.'),
  routedTo: list(text(63))
    .exactOptional()
    .describe('Names of the backends that its TLS routes lead to; absent if it has none.'),
  open: count('connections').describe('Open client connections.'),
  accepted: count('connections').describe(
    'Client connections since the start. Equals open plus closed while no connection is being opened, closed or handed over to another acceptor.',
  ),
  closed: count('connections').describe('Client connections closed since the start, for any reason.'),
  droppedDatagrams: count('datagrams')
    .exactOptional()
    .describe('Datagrams dropped since the start, in both directions, for any cause; only with UDP.'),
  sources: ranges
    .exactOptional()
    .describe('How many ranges decide which clients may connect; absent if all may.'),
  limits: limits.exactOptional().describe('What its limits count; absent if nothing is limited.'),
  connectionIds: connectionIds
    .exactOptional()
    .describe('What it knows of connection IDs of QUIC; only with stickiness.'),
  shares: list(share)
    .exactOptional()
    .describe('Its shares of limits; only with scope Cluster, once every acceptor applies them.'),
  leaving: z
    .boolean()
    .exactOptional()
    .describe(
      'True for a listener that is no longer served. It remains in the list until some time after its last connection ended.',
    ),
});

export const counts = z.object({
  endpoints: count('endpoints').describe('Known endpoints.'),
  ready: count('endpoints').describe(
    'Usable endpoints: with a weight above 0, not unhealthy and not ejected.',
  ),
});

export const endpoint = z.object({
  address: address.describe('IPv4 or IPv6 address, without brackets.'),
  port: port().describe('Port.'),
  weight: count('').describe('Share of new connections relative to the other endpoints; 0 means none.'),
  backup: z
    .boolean()
    .exactOptional()
    .describe(
      'True if it takes connections only when others are unavailable: it is listed as a backup, or intended for another zone or node.',
    ),
  drained: z
    .boolean()
    .exactOptional()
    .describe('True if the spec says that it is drained: it takes no new connections.'),
  health: oneOf(HEALTH_STATES, 16).describe('Health according to the checks.'),
  reason: text(2048)
    .exactOptional()
    .describe('Why it is ejected or unhealthy, or why its last check failed.'),
  ejectedUntil: text(64)
    .exactOptional()
    .meta({ unit: 'RFC 3339, to the second' })
    .describe(
      'End of the ejection; earlier if checks pass. Present only if it is ejected because of failed connections.',
    ),
  since: text(64)
    .exactOptional()
    .meta({ unit: 'RFC 3339, to the second' })
    .describe(
      'Since when it has been unknown, healthy, unhealthy, ejected or in slow start; absent without health checks, ejection and slow start.',
    ),
  share: z.number().min(0).max(1).describe('Fraction of its weight in effect: below 1 during slow start.'),
  used: z.boolean().describe('Whether new connections may go to it.'),
  open: count('connections').describe('Open connections to it.'),
  connections: count('connections').describe('Connections to it since the start.'),
  failures: count('attempts').describe('Failed attempts to connect to it since the start.'),
  sourcePortsLeft: count('ports')
    .exactOptional()
    .describe('Estimated number of free source ports for connections to it; absent if not counted.'),
});

export const backend = z.object({
  name: text(63).describe('Name in the spec.'),
  algorithm: text(64).describe('Balancing algorithm, as in the spec.'),
  counts: counts.describe('Number of endpoints.'),
});

const descriptors = z.object({
  held: count('descriptors').describe('Descriptors in use by connections.'),
  limit: count('descriptors').describe('Maximum for connections; at the maximum, accepting pauses.'),
  left: count('descriptors').describe('Remaining descriptors.'),
});

export const tuningEntry = z.object({
  name: text(253).describe('Name of a sysctl or another setting.'),
  asked: text(256).exactOptional().describe('Requested value; absent if none is.'),
  effective: text(256).describe('Effective value, and where it was read from.'),
  ok: z.boolean().describe('False if the effective value is below the requested one or is harmful.'),
  hint: text(1024).exactOptional().describe('What to change, and where, if not ok.'),
});

const common = {
  reportVersion: z
    .int()
    .min(1)
    .describe('Version of this contract. It is incremented when a field is removed or changes its meaning.'),
  version: text(128).describe('Version of the program.'),
  uptimeMs: count('ms')
    .exactOptional()
    .describe('Time since it started, by a clock that is never set; absent in early versions.'),
  ready: z.boolean().describe('True once every acceptor serves a table; false after SIGTERM.'),
  notReady: text(2048).exactOptional().describe('Why it is not ready; absent if it is.'),
  source: source.describe('Where the configuration comes from.'),
  revision: text(128)
    .exactOptional()
    .describe(
      'Configuration that every acceptor serves: `generation/N` of the resource, or a digest of the file. Absent before the first one.',
    ),
  tableVersion: count('').describe(
    'Version of the newest table; it increases with each change of endpoints or health.',
  ),
  acceptors: list(acceptor).describe('The threads that accept and relay connections.'),
  listeners: list(listener).describe(
    'Configured listeners, including those whose port could not be opened, followed by those that are no longer served.',
  ),
  sourceLists: list(sourceList)
    .exactOptional()
    .describe('The lists of sources that listeners have; absent if there are none.'),
  certificates: list(certificate)
    .exactOptional()
    .describe(
      'The certificates with which listeners end TLS, and those that endpoints are shown; absent if there are none.',
    ),
  descriptors: descriptors.describe('File descriptors of connections.'),
  sourcePorts: count('ports').describe('Source ports available for connections to one endpoint.'),
  findings: list(finding).describe('Problems that the proxy reports.'),
  tuning: list(tuningEntry).describe('Requested and effective settings of kernel and runtime.'),
};

const BACKENDS = 'The backends, in the order of the spec.';

/** The report on /status. Fields are only ever added. */
export const status = z.object({
  ...common,
  backends: list(
    backend.extend({
      endpoints: list(endpoint).describe('All known endpoints; omitted from `/status?summary`.'),
    }),
  ).describe(BACKENDS),
});

/** The report on /status?summary, with endpoints only counted: there may be thousands. */
export const summary = z.object({ ...common, backends: list(backend).describe(BACKENDS) });

/** The types as a proxy writes them. */
export type Status = z.input<typeof status>;
export type StatusSummary = z.input<typeof summary>;
export type EndpointStatus = Status['backends'][number]['endpoints'][number];
export type BackendCounts = z.input<typeof counts>;
/** One setting: the requested value, and the one that the kernel really uses. */
export type TuningEntry = z.input<typeof tuningEntry>;
