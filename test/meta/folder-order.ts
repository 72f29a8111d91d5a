import { posix } from 'node:path';
import { importsOf } from './imports.ts';
import type { SourceFile } from './tree.ts';

/** Returns the folder that a file belongs to; undefined for files to ignore. */
export type FolderOf = (path: string) => string | undefined;

export interface FolderOrder {
  /** Folders that import no other come first. Folders of a cycle, and those above it, are missing. */
  readonly order: readonly string[];
  /** One cycle, if there is any: for each step a file and what it imports. Otherwise empty. */
  readonly cycle: readonly string[];
}

/** Edges of the folder graph: from each folder to those that it imports, with one import as the reason. */
type Graph = ReadonlyMap<string, ReadonlyMap<string, string>>;

const graphOf = (files: readonly SourceFile[], folderOf: FolderOf): Graph => {
  const graph = new Map<string, Map<string, string>>();
  for (const file of files) {
    const from = folderOf(file.path);
    if (from === undefined) continue;
    const edges = graph.get(from) ?? new Map<string, string>();
    graph.set(from, edges);
    for (const { target, line } of importsOf(file)) {
      const to = folderOf(target);
      if (to !== undefined && to !== from && !edges.has(to))
        edges.set(to, `${file.path}:${line} imports ${target}`);
    }
  }
  return graph;
};

/** Follows edges within `left`, of which each folder has at least one, until a folder is reached again. */
const cycleAmong = (graph: Graph, left: ReadonlySet<string>): readonly string[] => {
  const path: string[] = [];
  const reasons: string[] = [];
  let [folder = ''] = left;
  while (!path.includes(folder)) {
    path.push(folder);
    const [next, reason] = [...(graph.get(folder) ?? [])].find(([to]) => left.has(to)) ?? ['', ''];
    reasons.push(reason);
    folder = next;
  }
  return reasons.slice(path.indexOf(folder));
};

/** The order in which folders depend on each other; types, dynamic imports and workers count as imports. */
export const folderOrder = (files: readonly SourceFile[], folderOf: FolderOf): FolderOrder => {
  const graph = graphOf(files, folderOf);
  const left = new Set([...graph.keys()].sort());
  const order: string[] = [];
  for (;;) {
    const next = [...left].find((folder) =>
      [...(graph.get(folder)?.keys() ?? [])].every((to) => !left.has(to)),
    );
    if (next === undefined) break;
    left.delete(next);
    order.push(next);
  }
  return { order, cycle: left.size === 0 ? [] : cycleAmong(graph, left) };
};

/** The top folder of a path; undefined for files at the top, which are configuration. */
export const topFolder: FolderOf = (path) => (path.includes('/') ? path.split('/')[0] : undefined);

/** Every folder inside `room`, however deep, and the room's own files as one more. */
export const foldersInside =
  (room: string): FolderOf =>
  (path) =>
    path.startsWith(`${room}/`) ? posix.dirname(path) : undefined;
