/** A version of Kubernetes, reduced to what this program depends on. */
export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
}

/** The oldest supported version, which is assumed if none is known. */
export const OLDEST_SUPPORTED: KubernetesVersion = { major: 1, minor: 31 };

export const versionText = ({ major, minor }: KubernetesVersion): string => `${major}.${minor}`;

/** Reads `v1.34.4`, `v1.29.3-eks-adc7111` or `1.30`; undefined for anything else. */
export const parseVersion = (text: string | undefined): KubernetesVersion | undefined => {
  const [, major, minor] = /^v?(\d{1,4})\.(\d{1,4})(?:$|[.+-])/.exec(text ?? '') ?? [];
  return major === undefined || minor === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor) };
};

export const isOlder = (a: KubernetesVersion, b: KubernetesVersion): boolean =>
  a.major === b.major ? a.minor < b.minor : a.major < b.major;

/** The oldest of them: a kubelet may be three versions behind its API server. */
export const oldest = (versions: Iterable<KubernetesVersion>): KubernetesVersion =>
  [...versions].reduce<KubernetesVersion | undefined>(
    (least, one) => (least === undefined || isOlder(one, least) ? one : least),
    undefined,
  ) ?? OLDEST_SUPPORTED;
