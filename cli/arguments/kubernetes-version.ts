import { text } from '@optique/core/message';
import type { ValueParser } from '@optique/core/valueparser';

interface Version {
  readonly major: number;
  readonly minor: number;
}

/** A version of Kubernetes such as `1.34`. */
export const kubernetesVersion: ValueParser<'sync', Version> = {
  mode: 'sync',
  metavar: 'VERSION',
  placeholder: { major: 1, minor: 0 },
  format: ({ major, minor }) => `${major}.${minor}`,
  parse(input) {
    const [, major, minor] = /^v?([0-9]{1,3})\.([0-9]{1,3})(?:\.[0-9]+)?$/.exec(input) ?? [];
    return major === undefined
      ? { success: false, error: [text(`"${input}" is no version of Kubernetes, such as 1.34`)] }
      : { success: true, value: { major: Number(major), minor: Number(minor) } };
  },
};
