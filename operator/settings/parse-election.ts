import { durationMs } from '../../crds/duration.ts';
import type { ElectionSettings } from '../leader/join-election.ts';
import { FLAGS } from './flags.ts';
import { namespaceName } from './namespace-name.ts';
import { booleanOf, type ReadValue } from './values.ts';

const LONGEST_MS = 3_600_000;

/** The settings of the leader election; undefined if it is disabled or a problem was added. */
export const parseElection = (value: ReadValue, problems: string[]): ElectionSettings | undefined => {
  const isEnabled = value('leaderElect', booleanOf, 'true or false');
  const before = problems.length;
  const namespace = value('leaderElectNamespace', namespaceName, 'the name of a namespace');
  const isNamespaceInvalid = problems.length > before;
  const name = value('leaderElectName', leaseName, 'a name of lower-case letters, digits, - and .');
  const time = 'a duration from 1s to 1h, such as 15s';
  const leaseMs = value('leaseDuration', durationInRange, time);
  const renewMs = value('renewDeadline', durationInRange, time);
  const retryMs = value('retryPeriod', durationInRange, time);
  if (isEnabled !== true || !name || !leaseMs || !renewMs || !retryMs) return undefined;

  const { leaderElect, leaderElectNamespace, renewDeadline, retryPeriod } = FLAGS;
  if (renewMs >= leaseMs)
    problems.push(
      `${renewDeadline.flag}: expected less than the lease duration of ${leaseMs / 1000} s, found ${renewMs / 1000} s`,
    );
  if (retryMs > renewMs / 2)
    problems.push(
      `${retryPeriod.flag}: expected at most half of the renew deadline of ${renewMs / 1000} s, found ${retryMs / 1000} s`,
    );
  if (namespace !== undefined) return { namespace, name, leaseMs, renewMs, retryMs };
  if (!isNamespaceInvalid)
    problems.push(
      `${leaderElectNamespace.flag} (or ${leaderElectNamespace.variable}): not set; expected the namespace of the Lease, or ${leaderElect.flag}=false for a single replica`,
    );
  return undefined;
};

const leaseName = (text: string): string | undefined =>
  /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/.test(text) ? text : undefined;

const durationInRange = (text: string): number | undefined => {
  try {
    const ms = durationMs(text);
    return ms >= 1000 && ms <= LONGEST_MS ? ms : undefined;
  } catch {
    // The caller reports what was expected.
    return undefined;
  }
};
