import { type AssetOptions, clusterPrograms } from '../../tooling/assets/programs.ts';

/** The folder that has every one of `names`; found, downloaded or built: see tooling/assets/programs.ts. */
export function assetFolder(names: readonly string[], options: AssetOptions = {}): Promise<string> {
  return clusterPrograms(names, options);
}
