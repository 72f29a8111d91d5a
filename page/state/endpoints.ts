import { useEffect, useRef, useState } from 'preact/hooks';
import type { LiveEndpoints } from '../../report/live.ts';

const ANSWER_MS = 10_000;

/** Answers a question about endpoints; undefined if there is no answer. */
export type AskEndpoints = (question: string) => Promise<LiveEndpoints | undefined>;

const askProxy: AskEndpoints = async (question) => {
  try {
    const response = await fetch(`endpoints?${question}`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return response.ok ? ((await response.json()) as LiveEndpoints) : undefined;
  } catch {
    // The next report asks again, and the connection says by itself that it is lost.
    return undefined;
  }
};

let ask = askProxy;

/** Lets another than the server of this page answer. */
export const answerBy = (other: AskEndpoints): void => {
  ask = other;
};

/**
 * Some endpoints, asked for when the question changes and with each report (`nowMs`). A question that takes
 * longer than that is not asked again meanwhile.
 */
export const useEndpoints = (question: string, nowMs: number): LiveEndpoints | undefined => {
  const [answer, setAnswer] = useState<{ readonly question: string; readonly found: LiveEndpoints }>();
  const asking = useRef<string>(undefined);
  useEffect(() => {
    if (asking.current === question) return;
    asking.current = question;
    void ask(question).then((found) => {
      // While it was on its way, another one may have been asked.
      if (asking.current !== question) return;
      asking.current = undefined;
      if (found !== undefined) setAnswer({ question, found });
    });
  }, [question, nowMs]);
  return answer?.question === question ? answer.found : undefined;
};
