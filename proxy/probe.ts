import { lateHttp } from '../program/late-modules.ts';
import { formatListenAddress, type ListenAddress } from '../program/listen-address.ts';
import { EXIT } from './errors/proxy-error.ts';
import { readAdminAddress } from './settings/admin-address.ts';
import { readArguments } from './settings/arguments.ts';

/** Below docker's own limit for a health check, so that its record has our words. */
const WITHIN_MS = 2_000;

/** A server on every address is asked by the loopback one. */
const reachable = ({ host, port }: ListenAddress): { readonly host: string; readonly port: number } => ({
  host: host === undefined || host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host,
  port,
});

/** Asks the proxy whose admin endpoint this is; resolves with why it should get no traffic, and with nothing when it is ready. */
export const probe = (admin: ListenAddress): Promise<string | undefined> => {
  const to = reachable(admin);
  return new Promise((resolve) => {
    const asked = lateHttp().get({ ...to, path: '/readyz', timeout: WITHIN_MS, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve(answer.statusCode === 200 ? undefined : text.trim()));
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${WITHIN_MS / 1000} s`)));
    asked.on('error', ({ message }) =>
      resolve(
        `No proxy answers at ${formatListenAddress(to)}: ${message}. Is it running, with this address as L4B_ADMIN?`,
      ),
    );
  });
};

/**
 * Does what `--probe` says; resolves with the exit code. Apart from the other commands and with few imports: docker runs it every few seconds, also
 * where every core is busy.
 */
export const runProbe = async (
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  out: { write(text: string): unknown },
): Promise<number> => {
  const { admin, problems } = readArguments(argv);
  const { address, problem } = readAdminAddress(admin, env.L4B_ADMIN);
  const all = problem === undefined ? problems : [...problems, problem];
  for (const line of all) out.write(`${line}\n`);
  if (all.length > 0) return EXIT.badInput;
  const why = await probe(address);
  if (why !== undefined) out.write(`${why}\n`);
  return why === undefined ? EXIT.ok : EXIT.failed;
};
