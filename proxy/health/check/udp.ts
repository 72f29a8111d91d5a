import { byteText } from '../../../crds/byte-text.ts';
import type { Datagrams } from '../../configuration/health-policy.ts';
import { UDP } from '../../sys/datagram-socket.ts';
import type { Sys } from '../../sys/sys.ts';
import { datagramCheck } from './datagrams.ts';
import { type CheckResult, failed, OK } from './result.ts';
import type { StartCheck } from './run-check.ts';

/** How many bytes of an unexpected answer are shown. */
const SHOWN_BYTES = 32;

/**
 * Succeeds if the answer to a datagram contains what is expected. Without an expectation it succeeds with any
 * answer, and also if the timeout passes without one and without an ICMP error: many servers do not answer
 * what they do not know.
 */
export const udpCheck = (
  sys: Sys,
  address: string,
  port: number,
  { send, expect }: Datagrams,
  header: Uint8Array | undefined,
): StartCheck => {
  const expected = expect === undefined ? undefined : Buffer.from(expect, 'latin1');
  return datagramCheck(sys, {
    protocol: UDP,
    address,
    port,
    payload: Buffer.concat([header ?? Buffer.alloc(0), Buffer.from(send, 'latin1')]),
    resultOf: (answer) => resultOf(answer, expected),
    ...(expected === undefined ? { silence: OK } : {}),
  });
};

/** What an answer means: any will do if nothing is expected. */
export const resultOf = (answer: Buffer, expected: Buffer | undefined): CheckResult =>
  expected === undefined || answer.includes(expected)
    ? OK
    : failed('Status', `the answer ${shown(answer)} does not contain ${shown(expected)}`);

const shown = (bytes: Buffer): string =>
  `"${byteText(bytes.subarray(0, SHOWN_BYTES))}"${bytes.length > SHOWN_BYTES ? '…' : ''}`;
