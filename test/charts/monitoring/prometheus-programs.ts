import { findProgram } from '../../../tooling/process/find-program.ts';

const PROMETHEUS = findProgram('prometheus');
const PROMTOOL = findProgram('promtool');

/** Options for a test that needs Prometheus and its tool. */
export const WITH_PROMETHEUS = {
  skip: PROMETHEUS === undefined || PROMTOOL === undefined ? 'prometheus: not installed' : false,
};

export const prometheusProgram = (): string => PROMETHEUS as string;
export const promtoolProgram = (): string => PROMTOOL as string;
