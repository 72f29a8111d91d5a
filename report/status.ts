import { z } from 'zod';
import { count, list, oneOf, port, text } from './fields.ts';
import { finding } from './finding.ts';
import { HEALTH_STATES } from './health.ts';

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

export const listener = z.object({
  name: text(63).describe('Name in the spec.'),
  port: port().describe('Port that clients connect to.'),
  address: address
    .exactOptional()
    .describe('The one address that it is bound to; absent if it is bound to all.'),
  backend: text(63).describe('Name of the backend that its connections go to.'),
  open: count('connections').describe('Open client connections.'),
  accepted: count('connections').describe(
    'Client connections since the start. Equals open plus closed while no connection is being opened, closed or handed over to another acceptor.',
  ),
  closed: count('connections').describe('Client connections closed since the start, for any reason.'),
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
  port: port().describe('TCP port.'),
  weight: count('').describe('Share of new connections relative to the other endpoints; 0 means none.'),
  backup: z
    .boolean()
    .exactOptional()
    .describe(
      'True if it takes connections only when others are unavailable: it is listed as a backup, or intended for another zone or node.',
    ),
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
