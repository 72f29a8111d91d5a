import { connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { ADMIN_PORT } from '../../../crds/resource-type.ts';
import { type Program, startProgram } from '../../proxy/program.ts';
import { forward } from './isolated-network.ts';
import { type PodProxy, podAddress } from './pod-proxy.ts';
import type { TestWorld } from './world.ts';

/** The port of the listener in each of the networks, and that of its endpoint. */
export const LISTENER_PORT = 8080;
export const ENDPOINT_PORT = 7070;

/** A real proxy in a network of its own, as in a pod, so that several can have the same listeners. */
export interface IsolatedPod extends PodProxy {
  /** Name of the pod that it stands for. */
  readonly pod: string;
  /** Connects a client to the listener. */
  connect(): Socket;
}

let started = 0;

const inOwnNetwork = ['unshare', '--net', '--', 'sh', '-c', 'ip link set lo up; exec "$0" "$@"'];

/** Starts the proxy of `edge` for a pod. It reaches the API server, and is reached, by Unix sockets alone. */
export const startIsolatedPod = async (
  world: TestWorld,
  namespace: string,
  pod: string,
): Promise<IsolatedPod> => {
  started++;
  const socket = (name: string) => join(world.cp.folder, `${name}-${started}.sock`);
  const api = Number(new URL(world.cp.url).port);
  const [inListener, inAdmin, out] = [socket('listener'), socket('admin'), socket('api')];
  const ip = podAddress();
  const servers: Server[] = [await forward({ path: out }, { host: '127.0.0.1', port: api })];
  const network = startProgram(
    [
      `--inward=${LISTENER_PORT}=${inListener}`,
      `--inward=${ADMIN_PORT}=${inAdmin}`,
      `--outward=${api}=${out}`,
      `--endpoint=${ENDPOINT_PORT}`,
    ],
    {},
    { wrap: inOwnNetwork, entry: 'test/operator/integration/isolated-network.ts' },
  );
  await network.line(({ msg }) => msg === 'network is up');
  servers.push(await forward({ host: ip, port: ADMIN_PORT }, { path: inAdmin }));
  const start = (): Program =>
    startProgram(
      ['--kubeconfig', world.cp.kubeconfig],
      {
        L4B_NAMESPACE: namespace,
        L4B_NAME: 'edge',
        L4B_POD: pod,
        L4B_ADMIN: `127.0.0.1:${ADMIN_PORT}`,
        L4B_GRACE_PERIOD: '1s',
        NUM_ACCEPTORS: '2',
      },
      { wrap: ['nsenter', `--net=/proc/${network.child.pid}/ns/net`, '--'] },
    );
  const program = start();
  return {
    pod,
    program,
    ip,
    isReady: () =>
      fetch(`http://${ip}:${ADMIN_PORT}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    connect: () => connect({ path: inListener }),
    async stop() {
      program.child.kill('SIGKILL');
      await program.ended;
      network.child.kill('SIGKILL');
      await network.ended;
      for (const server of servers) server.close();
    },
  };
};
