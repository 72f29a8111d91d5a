import type { Fields, FoundBackend, FoundService, Note } from './draft.ts';
import type { Directive } from './nginx-syntax.ts';
import { nginxTime } from './nginx-values.ts';
import { duration, HOUR, hostOf, portOf, SECOND, splitHost } from './spelling.ts';

type Where = (line: number) => string;

const ALGORITHMS: Readonly<Record<string, string>> = { least_conn: 'LeastConnections', random: 'Random' };
/** Of the process, or always so here. */
const QUIET = new Set(['zone', 'server', 'least_conn', 'random', 'hash']);

/** The backend of an `upstream` block. */
export const nginxUpstream = ({ args, line, block = [] }: Directive, where: Where): FoundBackend => {
  const notes: Note[] = [];
  const note = (at: Directive, message: string): void => {
    notes.push({ where: where(at.line), message });
  };
  const name = args[0] ?? 'upstream';
  const servers = block.filter((one) => one.name === 'server');
  const read = servers.map((one) => serverOf(one, (message) => note(one, message)));
  for (const one of block) if (!QUIET.has(one.name)) note(one, `${one.name} has no counterpart`);
  const hash = block.find((one) => one.name === 'hash');
  const byAddress = /^\$(binary_)?remote_addr$/.test(hash?.args[0] ?? '');
  if (hash !== undefined && !byAddress)
    note(hash, `hash ${hash.args[0]}: only clients' addresses can be hashed, so connections go round robin`);
  const picked = block.map((one) => ALGORITHMS[one.name]).find((one) => one !== undefined);
  const algorithm = byAddress ? 'SourceHash' : picked;
  const limits = new Set(read.map((one) => one.maxConns));
  if (limits.size > 1)
    notes.push({ where: where(line), message: 'max_conns: one limit for all endpoints, the smallest' });
  const most = [...limits].filter((one) => one !== undefined && one > 0) as number[];
  const first = read[0];
  const failing = servers.find(
    (_, at) => read[at]?.maxFails !== first?.maxFails || read[at]?.failTimeout !== first?.failTimeout,
  );
  if (failing !== undefined)
    note(
      failing,
      'max_fails and fail_timeout differ from the first server: they are the same for a whole backend',
    );
  return {
    where: where(line),
    name,
    endpoints: read.flatMap(({ endpoint }) => (endpoint === undefined ? [] : [endpoint])),
    service: read.find(({ service }) => service !== undefined)?.service,
    spec: {
      ...(algorithm === undefined ? {} : { algorithm }),
      ...(first === undefined || servers.length < 2 ? {} : outlier(first)),
      ...(first?.slowStart === undefined ? {} : { slowStart: duration(first.slowStart, SECOND, HOUR) }),
      ...(most.length === 0 ? {} : { maxConnectionsPerEndpoint: Math.min(1_000_000, ...most) }),
    },
    notes,
  };
};

/** nginx leaves a server out for ten seconds after its first failure, unless it is told otherwise. */
const outlier = ({ maxFails, failTimeout }: Server): Fields =>
  maxFails === 0
    ? {}
    : {
        outlierDetection: {
          consecutiveFailures: Math.min(maxFails, 1000),
          ejectionTime: duration(failTimeout, SECOND, HOUR),
        },
      };

interface Server {
  readonly endpoint: Fields | undefined;
  readonly service: FoundService | undefined;
  readonly maxFails: number;
  readonly failTimeout: number;
  readonly maxConns: number | undefined;
  readonly slowStart: number | undefined;
}

const serverOf = ({ args: [address = '', ...more] }: Directive, note: (message: string) => void): Server => {
  let weight: number | undefined;
  let [backup, down] = [false, false];
  let [maxFails, failTimeout] = [1, 10 * SECOND];
  let maxConns: number | undefined;
  let slowStart: number | undefined;
  for (const word of more) {
    const [key = '', value = ''] = word.split('=');
    if (key === 'weight') {
      weight = Math.min(256, Number(value));
      if (Number(value) > 256) note(`weight=${value}: the largest weight is 256`);
    } else if (key === 'backup') backup = true;
    else if (key === 'down') down = true;
    else if (key === 'max_fails') maxFails = Number(value) || 0;
    else if (key === 'fail_timeout') failTimeout = nginxTime(value) ?? failTimeout;
    else if (key === 'max_conns') maxConns = Number(value) || undefined;
    else if (key === 'slow_start') slowStart = nginxTime(value);
    else note(`${word} has no counterpart`);
  }
  const target = targetOf(address, note);
  if (down && target.endpoint !== undefined) {
    note(`${address} is down: its weight is 0`);
    weight = 0;
  }
  const endpoint = target.endpoint && {
    ...target.endpoint,
    ...(weight === undefined ? {} : { weight }),
    ...(backup ? { backup } : {}),
  };
  return { endpoint, service: target.service, maxFails, failTimeout, maxConns, slowStart };
};

/** Where a server of an upstream, or a proxy_pass without one, leads to. */
export const targetOf = (
  address: string,
  note: (message: string) => void,
): { readonly endpoint?: Fields; readonly service?: FoundService } => {
  if (address.startsWith('unix:')) {
    note(`${address}: sockets of a file system are not supported`);
    return {};
  }
  const { host, port: text = '' } = splitHost(address);
  const port = portOf(text);
  if (port === undefined) {
    note(`${address} has no port number`);
    return {};
  }
  const found = hostOf(host);
  switch (found.kind) {
    case 'Address':
      return { endpoint: { address: found.address, port } };
    case 'Service':
      return { service: { ...found.service, port } };
    case 'Unusable':
      note(found.why);
      return {};
    default:
      return found satisfies never;
  }
};
