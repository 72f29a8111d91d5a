/**
 * Asks a DNS server for TXT records and prints the answers as JSON, each with the name of the server that it
 * came from or the code of a failure:
 *
 *   node e2e/support/dns-client.ts resolve HOST PORT NAME COUNT
 *
 * asks COUNT times with a resolver of Node's, which repeats lost questions and asks over TCP where an answer
 * is truncated. Each question comes from another port.
 *
 *   node e2e/support/dns-client.ts steady HOST PORT
 *
 * asks again and again from one port, as one client of UDP, until SIGTERM. It writes the server's name as a
 * line to stderr whenever another one answers than before. A question without an answer within a second is a
 * failure.
 */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';

const LOST_MS = 1_000;
const PAUSE_MS = 20;

export interface DnsAnswer {
  readonly server?: string;
  readonly failure?: string;
}

const [mode, host = '', port = '', name = '', count = '1'] = process.argv.slice(2);
const address = isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;

const resolve = async (): Promise<readonly DnsAnswer[]> => {
  const answers: DnsAnswer[] = [];
  for (let i = 0; i < Number(count); i++) {
    const resolver = new Resolver({ timeout: 2_000, tries: 4 });
    resolver.setServers([address]);
    try {
      const [[server = ''] = []] = await resolver.resolveTxt(name);
      answers.push({ server });
    } catch (error) {
      answers.push({ failure: (error as NodeJS.ErrnoException).code ?? String(error) });
    }
  }
  return answers;
};

/** A question for the TXT records of `who.test`. */
const questionOf = (id: number): Buffer => {
  const head = Buffer.from([id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([head, Buffer.from('\x03who\x04test\x00\x00\x10\x00\x01', 'latin1')]);
};
/** Header, question, and what precedes the text of the only answer. */
const TEXT_OFFSET = 12 + 14 + 13;

const steady = async (): Promise<readonly DnsAnswer[]> => {
  const answers: DnsAnswer[] = [];
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  let running = true;
  let last: string | undefined;
  let onAnswer: (message: Buffer) => void = () => undefined;
  socket.on('message', (message) => onAnswer(message));
  process.on('SIGTERM', () => {
    running = false;
  });
  for (let id = 1; running; id = (id + 1) & 0xffff) {
    const { promise, resolve: done } = Promise.withResolvers<DnsAnswer>();
    onAnswer = (message) => {
      if (message.readUInt16BE(0) === id) done({ server: message.toString('latin1', TEXT_OFFSET) });
    };
    const lost = setTimeout(() => done({ failure: 'lost' }), LOST_MS);
    socket.send(questionOf(id), Number(port), host);
    const answer = await promise;
    answers.push(answer);
    clearTimeout(lost);
    if (answer.server !== undefined && answer.server !== last) process.stderr.write(`${answer.server}\n`);
    last = answer.server ?? last;
    await new Promise((next) => setTimeout(next, PAUSE_MS));
  }
  socket.close();
  return answers;
};

if (import.meta.main) process.stdout.write(JSON.stringify(await (mode === 'steady' ? steady() : resolve())));
