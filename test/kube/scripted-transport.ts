import type { Call, Transport } from '../../kube/transport.ts';

/** Result of the next call: an answer or an error. */
export type Step =
  | { readonly answer: unknown }
  | { readonly lines: readonly (string | object)[]; readonly ending?: Error | 'Hang' }
  | { readonly error: Error };

/**
 * Answers each call with the next step of a script, for situations that are rare with a real server. Hangs at
 * its end.
 */
export function scriptedTransport(script: readonly Step[]): Transport & { readonly calls: Call[] } {
  const calls: Call[] = [];
  const next = async (call: Call): Promise<Step> => {
    const step = script[calls.push(call) - 1];
    if (step === undefined) return await hang(call);
    if ('error' in step) throw step.error;
    return step;
  };
  return {
    calls,
    async request(call) {
      const step = await next(call);
      if (!('answer' in step)) throw new Error(`the script has no answer for ${call.method} ${call.path}`);
      return step.answer;
    },
    async *lines(call) {
      const step = await next(call);
      if (!('lines' in step)) throw new Error(`the script has no lines for ${call.method} ${call.path}`);
      call.onOpen?.();
      for (const line of step.lines) yield typeof line === 'string' ? line : JSON.stringify(line);
      if (step.ending === 'Hang') await hang(call);
      else if (step.ending !== undefined) throw step.ending;
    },
    close: async () => {},
  };
}

function hang(call: Call): Promise<never> {
  return new Promise((_, reject) => {
    const stopped = () => reject(new Error('stopped'));
    if (call.signal?.aborted) stopped();
    call.signal?.addEventListener('abort', stopped);
  });
}
