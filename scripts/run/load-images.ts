import type { Cluster } from '../../cluster/interface/cluster.ts';

/** An image in a file. */
export interface ImageFile {
  readonly reference: string;
  readonly tar: string;
}

interface Nodes {
  readonly items: readonly {
    readonly status: { readonly images?: readonly { readonly names?: readonly string[] }[] };
  }[];
}

/** The images that at least one node lacks, according to the kubelets. */
export const missingImages = <T extends ImageFile>(nodes: Nodes, images: readonly T[]): readonly T[] => {
  const known = nodes.items.map(
    ({ status }) => new Set((status.images ?? []).flatMap(({ names }) => names ?? [])),
  );
  return images.filter(({ reference }) => !known.every((names) => names.has(reference)));
};

/** Loads the images that at least one node lacks onto all nodes; returns how many. */
export const loadImages = async (
  cluster: Cluster,
  images: readonly ImageFile[],
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: (text: string) => void },
): Promise<number> => {
  const nodes = JSON.parse((await cluster.kubectl(['get', 'nodes', '-o', 'json'])).stdout) as Nodes;
  const missing = missingImages(nodes, images);
  for (const { reference, tar } of missing) {
    signal.throwIfAborted();
    progress(reference);
    await cluster.loadImage(tar);
  }
  return missing.length;
};
