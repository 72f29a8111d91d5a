import { stringify } from 'yaml';

/** An archive with the executable for one platform. */
export interface Archive {
  /** As Go calls it, and so do kubectl and krew. */
  readonly arch: string;
  readonly file: string;
  readonly sha256: string;
}

/** The name of the manifest must be that of the plugin. */
export const KREW_MANIFEST = 'l4b.yaml';

const DESCRIPTION = `\
Shows balancers with their listeners, endpoints and replicas, says in sentences what is wrong and what to do, explains which
endpoint a client gets, shows traffic, connections and the access log, drains endpoints, and says before a manifest is applied
what it will change and what the cluster does not allow. It needs the operator of L4Balancer in the cluster; render, convert and
diff --against need no cluster.
`;

const CAVEATS = `\
For completion by kubectl, link the plugin once more:
  ln -s kubectl-l4b "\${KREW_ROOT:-$HOME/.krew}/bin/kubectl_complete-l4b"
`;

/** The plugin manifest by which krew installs the archives from below `url`. */
export const krewManifest = (version: string, url: string, archives: readonly Archive[]): string =>
  stringify(
    {
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name: 'l4b' },
      spec: {
        version: `v${version}`,
        shortDescription: 'Show, explain and steer L4Balancers',
        description: DESCRIPTION,
        caveats: CAVEATS,
        platforms: archives.map(({ arch, file, sha256 }) => ({
          selector: { matchLabels: { os: 'linux', arch } },
          uri: `${url}/${file}`,
          sha256,
          bin: 'kubectl-l4b',
        })),
      },
    },
    { lineWidth: 0 },
  );
