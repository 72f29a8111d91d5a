import { connect } from 'node:net';
import { refuseSelfConnection } from '../../program/self-connection.ts';

/** Whether something accepts connections on a port of 127.0.0.1. */
export const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = refuseSelfConnection(connect({ host: '127.0.0.1', port }));
    const done = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => done(!socket.destroyed)()).on('error', done(false));
  });
