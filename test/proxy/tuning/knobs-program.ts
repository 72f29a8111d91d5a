import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { until } from '../../../tooling/wait/until.ts';
import { echo, startEndpoint } from '../relay/endpoint-server.ts';
import { manifestText } from '../relay/proxy-process.ts';
import { type ListenerChange, tableBackend, tableListener, tableOf } from '../tables.ts';

// Runs in a network namespace of its own, sets one sysctl after another, and prints how the kernel then
// treats a proxy's sockets.
const LISTENER = 80;
const ENDPOINT = 1081;

const MAIN = new URL('../../../proxy/main.ts', import.meta.url).pathname;
const LOW = { name: 'low', port: 443, backend: 'b' };
const BACKEND = { name: 'b', endpoints: [{ address: '127.0.0.1', port: ENDPOINT }] };

const setSysctl = (name: string, value: string): void =>
  writeFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, value);

/** The lines that `ss` prints for TCP sockets, with their timers. */
const sockets = (...filter: readonly string[]): readonly string[] =>
  execFileSync('ss', ['-tnoH', ...filter], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

let visits = 0;
/** A client whose own port is outside every range; resolves once the proxy has returned its first bytes. */
const visit = async (allowHalfOpen = false): Promise<Socket> => {
  const socket = connect({ port: LISTENER, host: '127.0.0.1', localPort: 20_000 + visits++, allowHalfOpen });
  socket.write('word');
  await once(socket, 'data');
  return socket;
};

/** The source ports that the endpoint sees. */
const seen: number[] = [];
const endpoint = await startEndpoint(
  (socket) => {
    seen.push(socket.remotePort as number);
    echo(socket);
  },
  '127.0.0.1',
  ENDPOINT,
);

/** Starts an engine, by default with one acceptor, and calls `run`. */
const served = async <T>(
  run: () => Promise<T>,
  { acceptors = 1, ...listener }: ListenerChange & { readonly acceptors?: number } = {},
): Promise<T> => {
  const engine = await startEngine({ acceptors, onEvent: () => undefined });
  const endpoints = [{ address: '127.0.0.1', port: ENDPOINT, weight: 1 }];
  const findings = await engine.publish(
    tableOf([tableListener(LISTENER, listener)], [tableBackend({ endpoints })]),
  );
  try {
    if (findings.length > 0) throw new Error(JSON.stringify(findings));
    return await run();
  } finally {
    await engine.close();
  }
};

const listening = (): readonly string[] => sockets('-l', `( sport = :${LISTENER} )`);

/**
 * Seconds left on a socket's timer of this kind; `ss` prints 9min59sec, 12sec, 340ms, and 1.234ms for a
 * second or more.
 */
const secondsLeft = (line: string, kind: string): number | undefined => {
  const text = new RegExp(`timer:\\(${kind},([^,]+),`).exec(line)?.[1];
  if (text === undefined) return undefined;
  const [, minutes = '0'] = /(\d+)min/.exec(text) ?? [];
  const [, number = '0', unit] = /([\d.]+)(sec|ms)/.exec(text) ?? [];
  const seconds = unit === 'ms' && !number.includes('.') ? Number(number) / 1000 : Number(number);
  return Number(minutes) * 60 + seconds;
};

/** The time left on the keepalive timers of the proxy's sockets to the client and to the endpoint. */
const keepalives = async (): Promise<readonly (number | undefined)[]> => {
  const client = await visit();
  const sides = [`( sport = :${LISTENER} )`, `( dport = :${ENDPOINT} )`];
  const found = sides.map((side) => secondsLeft(sockets('state', 'established', side)[0] ?? '', 'keepalive'));
  client.destroy();
  return found;
};

const SCENARIOS: Readonly<Record<string, () => Promise<unknown>>> = {
  backlogs: async () => {
    const found = [];
    for (const somaxconn of ['300', '65535']) {
      setSysctl('net.core.somaxconn', somaxconn);
      // The second queue column is the maximum length that the kernel permits.
      found.push(await served(async () => Number(listening()[0]?.trim().split(/\s+/)[2])));
    }
    return found;
  },
  acceptors: () => served(async () => listening().length, { acceptors: 3 }),
  sourcePorts: async () => {
    setSysctl('net.ipv4.ip_local_port_range', '41000 41015');
    setSysctl('net.ipv4.ip_local_reserved_ports', '41004-41007');
    seen.length = 0;
    // More than a quarter of the range, so that the kernel chooses some ports and the proxy others.
    await served(async () => {
      for (let i = 0; i < 30; i++) {
        const client = await visit();
        client.end();
        await once(client, 'close');
      }
    });
    setSysctl('net.ipv4.ip_local_reserved_ports', '');
    setSysctl('net.ipv4.ip_local_port_range', '32768 60999');
    return seen.toSorted((a, b) => a - b);
  },
  finTimeout: async () => {
    setSysctl('net.ipv4.tcp_fin_timeout', '3');
    const left = await served(
      async () => {
        // The client never closes its side, so the socket that the proxy closed waits for it in FIN_WAIT2,
        // for this long at most.
        const client = await visit(true);
        await once(client.resume(), 'end');
        const side = ['state', 'fin-wait-2', `( sport = :${LISTENER} )`];
        const found = await until('FIN_WAIT2', () => sockets(...side)[0]);
        await until('gone', () => sockets(...side).length === 0);
        client.destroy();
        return secondsLeft(found, 'timewait');
      },
      { idleMs: 1000 },
    );
    setSysctl('net.ipv4.tcp_fin_timeout', '60');
    return left;
  },
  keepaliveUsual: () => served(keepalives),
  keepaliveTime: async () => {
    setSysctl('net.ipv4.tcp_keepalive_time', '600');
    return served(keepalives);
  },
  keepaliveField: () =>
    served(keepalives, { keepalive: { timeSeconds: 100, intervalSeconds: 0, probes: 0 } }),
  timeWaitReuse: async () => {
    // Four ports, each in TIME_WAIT after one connection: a fifth connection has to reuse one of them.
    const found = [];
    for (const reuse of ['0', '1']) {
      setSysctl('net.ipv4.tcp_tw_reuse', reuse);
      setSysctl('net.ipv4.ip_local_port_range', reuse === '0' ? '42000 42003' : '42004 42007');
      const dial = async (): Promise<string> => {
        const socket = connect(ENDPOINT, '127.0.0.1');
        try {
          await once(socket, 'connect');
        } catch (error) {
          return (error as NodeJS.ErrnoException).code ?? 'other';
        }
        const closed = once(socket, 'close');
        socket.end();
        socket.resume();
        await closed;
        return 'connected';
      };
      for (let i = 0; i < 4; i++) await dial();
      await sleep(1200); // the kernel reuses a port after one second
      found.push(await dial());
    }
    setSysctl('net.ipv4.ip_local_port_range', '32768 60999');
    return found;
  },
  lowPorts: async () => {
    // Root without that capability, like any other user; the files still belong to root.
    const folder = mkdtempSync(join(tmpdir(), 'l4b-knobs-'));
    const file = join(folder, 'balancer.yaml');
    const node = join(folder, 'node');
    writeFileSync(file, manifestText({ listeners: [LOW], backends: [BACKEND] }));
    cpSync(realpathSync(process.execPath), node);
    execFileSync('setcap', ['cap_net_bind_service+p', node]);
    const listens = async (start: string, program: string, logLevel: string): Promise<string> => {
      setSysctl('net.ipv4.ip_unprivileged_port_start', start);
      const child = spawn(
        'setpriv',
        ['--securebits=+noroot', program, MAIN, '--config', file, '--admin', '127.0.0.1:9901'],
        { env: { NUM_ACCEPTORS: '1', LOG_LEVEL: logLevel }, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let output = '';
      child.stdout.on('data', (data: Buffer) => {
        output += data;
      });
      const ended = once(child, 'close');
      try {
        const refusal = await until(
          'it listens or says why not',
          () => {
            if (sockets('-l', `( sport = :${LOW.port} )`).length > 0) return 'none';
            return /Cannot listen on port 443: [^"]*/.exec(output)?.[0];
          },
          { seen: () => output },
        );
        if (refusal !== 'none') return refusal;
        // Its output is complete once it has stopped.
        child.kill('SIGTERM');
        await ended;
        return `listens, and logs ${output === '' ? 'nothing' : 'something'}`;
      } finally {
        child.kill('SIGKILL');
        await ended;
      }
    };
    try {
      return [
        await listens('1024', process.execPath, 'info'),
        await listens('0', process.execPath, 'info'),
        await listens('1024', node, 'error'),
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

const found: Record<string, unknown> = {};
for (const [name, run] of Object.entries(SCENARIOS))
  try {
    found[name] = await run();
  } catch (error) {
    found[name] = `${error}\n${readFileSync('/proc/net/sockstat', 'utf8')}`;
  }
await endpoint.close();
process.stdout.write(JSON.stringify(found));
process.exit();
