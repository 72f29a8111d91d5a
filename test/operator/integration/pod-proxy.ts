import assert from 'node:assert/strict';
import { ADMIN_PORT } from '../../../crds/resource-type.ts';
import { type Program, startProgram } from '../../proxy/program.ts';
import { podsOf, serving, writePodStatus } from './pods.ts';
import type { Anything, TestWorld } from './world.ts';

/** A real proxy in place of the container of a pod: these tests have no kubelet. */
export interface PodProxy {
  readonly program: Program;
  /** The IP of the pod; the test chooses the pod. */
  readonly ip: string;
  /** Whether /readyz answers 200. */
  isReady(): Promise<boolean>;
  stop(): Promise<void>;
}

let started = 0;

/** A loopback address whose port 9901 no other test process uses. */
export const podAddress = (): string => {
  started++;
  return `127.${100 + (process.pid % 100)}.${Math.floor(process.pid / 100) % 250}.${started}`;
};

/** Starts the proxy of `edge` in the namespace. It has shares of limits only if it knows its pod. */
export const startPodProxy = (namespace: string, kubeconfig: string, pod?: string): PodProxy => {
  const ip = podAddress();
  const program = startProgram(['--kubeconfig', kubeconfig], {
    L4B_NAMESPACE: namespace,
    L4B_NAME: 'edge',
    ...(pod === undefined ? {} : { L4B_POD: pod }),
    L4B_ADMIN: `${ip}:${ADMIN_PORT}`,
    L4B_GRACE_PERIOD: '1s',
    NUM_ACCEPTORS: '1',
  });
  return {
    program,
    ip,
    isReady: () =>
      fetch(`http://${ip}:${ADMIN_PORT}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    async stop() {
      program.child.kill('SIGKILL');
      await program.ended;
    },
  };
};

/** Waits until the namespace has a pod for which `isWanted` is true. */
export const awaitPod = async (
  world: TestWorld,
  namespace: string,
  isWanted: (pod: Anything) => boolean = () => true,
): Promise<Anything> => {
  let pod: Anything | undefined;
  await world.eventually('a pod', async () => {
    pod = (await podsOf(world.transport, namespace)).find(isWanted);
    return pod !== undefined;
  });
  return pod ?? assert.fail('there is no pod');
};

/** Writes the pod's status as a kubelet would: ready once the proxy is. */
export const letRun = async (world: TestWorld, pod: Anything, proxy: PodProxy): Promise<void> => {
  await world.eventually('the proxy to be ready', () => proxy.isReady());
  await writePodStatus(world.transport, pod, serving(true, proxy.ip));
};
