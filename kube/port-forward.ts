import type { Credentials } from './credentials.ts';
import { keepPools } from './pool.ts';

/** A connection to a port of a pod, through the API server and the kubelet. */
export interface Tunnel {
  send(data: Uint8Array): void;
  close(): void;
}

export interface TunnelEvents {
  readonly onData: (data: Uint8Array) => void;
  /** Called once, also if it could never be opened; `why` is what the kubelet says, or empty. */
  readonly onEnd: (why: string) => void;
}

/** Where tunnels lead. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** Opens tunnels with one login; `close` ends all of them. */
export interface TunnelOpener {
  open(to: PodPort, events: TunnelEvents): Promise<Tunnel>;
  close(): Promise<void>;
}

/**
 * The path of tunnels to a pod. A plain GET request is refused there with the right reason if one may not.
 */
export const portForwardPath = ({ namespace, pod, port }: PodPort): string =>
  `/api/v1/namespaces/${namespace}/pods/${pod}/portforward?ports=${port}`;

/**
 * One WebSocket for each connection. Each message begins with its channel, and the first one of each channel
 * is the number of the port.
 */
const PROTOCOL = 'v4.channel.k8s.io';
const DATA = 0;
const PORT_BYTES = 2;

export const openTunnels = async (credentials: Credentials, userAgent: string): Promise<TunnelOpener> => {
  // That file alone: the index of the package loads much more.
  const { WebSocket } = (await import('undici/lib/web/websocket/websocket.js')).default;
  const server = new URL(credentials.server);
  const keeper = keepPools(server.origin, credentials.proxyUrl);
  const base = `${server.protocol === 'http:' ? 'ws:' : 'wss:'}//${server.host}${server.pathname.replace(/\/$/, '')}`;

  return {
    async open(to, { onData, onEnd }) {
      const login = await credentials.current();
      const socket = new WebSocket(`${base}${portForwardPath(to)}`, {
        protocols: [PROTOCOL],
        headers: { 'user-agent': userAgent, ...login.headers },
        dispatcher: keeper.poolsFor(login.tls).streams,
      });
      socket.binaryType = 'arraybuffer';
      const begun = new Set<number>();
      let why = '';
      const opened = new Promise<void>((resolve) => {
        socket.addEventListener('open', () => resolve());
        socket.addEventListener('close', () => {
          onEnd(why);
          resolve();
        });
      });
      // What went wrong is said by the channel of errors, or by a plain request; a close follows.
      socket.addEventListener('error', () => undefined);
      socket.addEventListener('message', ({ data }) => {
        const bytes = new Uint8Array(data as ArrayBuffer);
        const [channel = DATA] = bytes;
        const isFirst = !begun.has(channel);
        begun.add(channel);
        const body = bytes.subarray(1 + (isFirst ? PORT_BYTES : 0));
        if (body.length === 0) return;
        if (channel === DATA) onData(body);
        else {
          why += Buffer.from(body).toString();
          socket.close();
        }
      });
      await opened;
      return {
        send(data) {
          if (socket.readyState === WebSocket.OPEN) socket.send(Buffer.concat([Buffer.of(DATA), data]));
        },
        close: () => socket.close(),
      };
    },
    close: () => keeper.destroy(),
  };
};
