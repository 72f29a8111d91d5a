import { z } from 'zod';
import { count, list, port, text, word } from './fields.ts';
import { finding } from './finding.ts';
import { HEALTH_STATES } from './health.ts';

const address = text(45);

export const source = z.object({
  from: text(1024).describe('The file, or the resource and the API server.'),
  following: z.boolean().describe('Whether the proxy sees its source now.'),
  code: text(128)
    .exactOptional()
    .describe('Why not, as one constant word such as `Unauthorized`; only while it does not.'),
  problem: text(2048).exactOptional().describe('Why not, as a sentence; the same for one kind of trouble.'),
  lostForMs: z
    .number()
    .exactOptional()
    .meta({ unit: 'ms' })
    .describe('Time since the source was seen last; only while it is not.'),
});

export const acceptor = z.object({
  index: count('').describe('Its number, from 0.'),
  alive: z.boolean().describe('False once it died and was not replaced.'),
  tableVersion: count('').describe('Version of the table that it serves; 0 before the first.'),
  open: count('connections').describe('Client connections that are open.'),
  accepted: count('connections').describe('Client connections that it accepted since the start.'),
});

export const listener = z.object({
  name: text(63).describe('Its name in the spec.'),
  port: port().describe('The port that clients connect to.'),
  address: address.exactOptional().describe('The one address that it is bound to; left out for all.'),
  backend: text(63).describe('Name of the backend that takes its connections.'),
  open: count('connections').describe('Client connections that are open.'),
  accepted: count('connections').describe(
    'Client connections since the start: those that are open and those that are closed, once none begins, ends or is on its way to another acceptor.',
  ),
  closed: count('connections').describe('Client connections that have ended, for whatever reason.'),
  leaving: z
    .boolean()
    .exactOptional()
    .describe('True for one that is served no more, until a while after its last connection has ended.'),
});

export const counts = z.object({
  endpoints: count('endpoints').describe('Endpoints that are known.'),
  ready: count('endpoints').describe(
    'Those that may take connections: with a weight, not unhealthy by checks, not ejected.',
  ),
});

export const endpoint = z.object({
  address: address.describe('IPv4 or IPv6 address, without brackets.'),
  port: port().describe('Its TCP port.'),
  weight: count('').describe('Share of new connections relative to the other endpoints; 0 takes none.'),
  backup: z
    .boolean()
    .exactOptional()
    .describe(
      'True where it takes connections only while others are not well: listed as a backup, or meant for another zone or node.',
    ),
  health: word(HEALTH_STATES, 16).describe('What its checks say.'),
  reason: text(2048).exactOptional().describe('Why it is out, or why its last check failed.'),
  ejectedUntil: text(64)
    .exactOptional()
    .meta({ unit: 'RFC 3339, to the second' })
    .describe(
      'When it comes back, where it is out because attempts to connect failed; earlier if checks pass.',
    ),
  share: z
    .number()
    .min(0)
    .max(1)
    .describe('Share of its weight that it gets: less than 1 while it starts slowly.'),
  used: z.boolean().describe('Whether new connections may go there.'),
  open: count('connections').describe('Connections to it that are open.'),
  connections: count('connections').describe('Connections to it since the start.'),
  failures: count('attempts').describe('Attempts to connect to it that failed since the start.'),
  sourcePortsLeft: count('ports')
    .exactOptional()
    .describe(
      'Estimate of the source ports that are free for connections to it; left out where it is not counted.',
    ),
});

export const backend = z.object({
  name: text(63).describe('Its name in the spec.'),
  algorithm: text(64).describe('How an endpoint is picked, as in the spec.'),
  counts: counts.describe('How many endpoints it has.'),
});

const descriptors = z.object({
  held: count('descriptors').describe('Descriptors that connections hold.'),
  limit: count('descriptors').describe('Most that they may hold; beyond it accepting pauses.'),
  left: count('descriptors').describe('Those that are left until then.'),
});

export const tuningEntry = z.object({
  name: text(253).describe('Name of the sysctl, or of another setting.'),
  asked: text(256).exactOptional().describe('The value asked for; left out where none is.'),
  effective: text(256).describe('The value in effect, and where it was read.'),
  ok: z.boolean().describe('False when less than asked is in effect, or when what is in effect hurts.'),
  hint: text(1024).exactOptional().describe('What to change, and where, when not ok.'),
});

const common = {
  reportVersion: z
    .int()
    .min(1)
    .describe('Version of this contract; it rises when a field goes or changes its meaning.'),
  version: text(128).describe('Version of the program.'),
  ready: z.boolean().describe('True once every acceptor serves a table; false after SIGTERM.'),
  notReady: text(2048).exactOptional().describe('Why it is not ready; left out when it is.'),
  source: source.describe('Where the configuration comes from.'),
  revision: text(128)
    .exactOptional()
    .describe(
      'What every acceptor serves: `generation/N` of the resource, or a digest of the file. Left out before the first.',
    ),
  tableVersion: count('').describe(
    'Version of the newest table; it rises with each change of endpoints or health.',
  ),
  acceptors: list(acceptor).describe('The threads that relay.'),
  listeners: list(listener).describe(
    'Those that are served, also where the port could not be opened, then those that are served no more.',
  ),
  descriptors: descriptors.describe('File descriptors of connections.'),
  sourcePorts: count('ports').describe('Source ports that connections to one endpoint may have at once.'),
  findings: list(finding).describe('What the proxy finds wrong.'),
  tuning: list(tuningEntry).describe('What was asked of kernel and runtime, and what is in effect.'),
};

const BACKENDS = 'Where connections go, in the order of the spec.';

/** The answer of /status. Fields are only ever added. */
export const status = z.object({
  ...common,
  backends: list(
    backend.extend({
      endpoints: list(endpoint).describe('All that are known; left out of `/status?summary`.'),
    }),
  ).describe(BACKENDS),
});

/** The answer of /status?summary: the endpoints of thousands are only counted. */
export const summary = z.object({ ...common, backends: list(backend).describe(BACKENDS) });

/** As a proxy writes them. */
export type Status = z.input<typeof status>;
export type StatusSummary = z.input<typeof summary>;
export type EndpointStatus = Status['backends'][number]['endpoints'][number];
export type BackendCounts = z.input<typeof counts>;
/** One knob of the tuning guide: what was asked for and what the kernel really gave. */
export type TuningEntry = z.input<typeof tuningEntry>;
