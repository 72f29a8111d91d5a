import { connect } from 'node:net';

/**
 * Client connections by thread, from HAProxy's response to "show fd": tmask names the thread, back=0 is a
 * client's side.
 */
export const parseShowFd = (text: string, threads: number): readonly number[] => {
  const counts = Array<number>(threads).fill(0);
  for (const line of text.split('\n')) {
    const mask = /\btmask=0x([0-9a-f]+)\b/.exec(line)?.[1];
    if (mask === undefined || !/\bback=0\b/.test(line) || !/\bfam=ipv4\b/.test(line)) continue;
    const thread = BigInt(`0x${mask}`).toString(2).length - 1;
    if (thread < threads) counts[thread] = (counts[thread] ?? 0) + 1;
  }
  return counts;
};

/** Queries HAProxy through its admin socket. */
export const haproxySpread = (socket: string, threads: number): Promise<readonly number[]> =>
  new Promise((resolve, reject) => {
    let text = '';
    const admin = connect(socket, () => admin.write('show fd\n'));
    admin
      .setEncoding('utf8')
      .on('data', (part) => {
        text += part;
      })
      .on('end', () => resolve(parseShowFd(text, threads)))
      .on('error', reject);
  });
