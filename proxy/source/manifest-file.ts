import { createHash } from 'node:crypto';
import { formatFinding } from '../../crds/format-finding.ts';
import type { ListenAddress } from '../../program/listen-address.ts';
import { readManifestFile } from '../../program/read-file.ts';
import type { ProxyFinding } from '../../report/finding.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import { watchFile } from './file-change.ts';
import { NOTHING_LEFT_OUT, type Source, type SourceEvents } from './source.ts';
import { snapshotOfManifest } from './standalone.ts';

/**
 * Loads the manifest that the proxy starts with. Throws ProxyError ManifestUnreadable or ManifestInvalid, whose details are
 * the findings as `--check` prints them.
 */
export const loadManifest = (path: string, admin: ListenAddress): Snapshot => {
  const content = readManifestFile(path);
  if (!content.ok) throw new ProxyError('ManifestUnreadable', `${content.problem}.`);
  const read = snapshotOfManifest(content.text, digestOf(content.text), admin);
  if (read.ok) return read.snapshot;
  throw new ProxyError('ManifestInvalid', `${path} cannot be served.`, {
    details: read.findings.map((finding) => formatFinding(path, finding)),
  });
};

/** Follows the manifest from `first` on. A file that goes bad or away changes nothing but the findings. */
export const followManifest = (
  path: string,
  first: Snapshot,
  admin: ListenAddress,
  events: SourceEvents,
): Source => {
  let snapshot = first;
  const give = (refused: readonly ProxyFinding[]): void =>
    events.onInput({ snapshot, refused, ignoredFields: 0, leftOut: NOTHING_LEFT_OUT });

  const look = (): void => {
    const content = readManifestFile(path);
    if (!content.ok) {
      events.onState({ following: false, code: content.code, problem: content.problem });
      give([
        {
          code: 'ManifestUnreadable',
          path: '',
          message: `${content.problem}. What was read last stays in service until the file is back.`,
        },
      ]);
      return;
    }
    events.onState({ following: true });
    const revision = digestOf(content.text);
    // Back to what is served: an edit that was undone leaves nothing to complain about.
    if (revision === snapshot.revision) {
      give([]);
      return;
    }
    const read = snapshotOfManifest(content.text, revision, admin);
    if (read.ok) snapshot = read.snapshot;
    give(read.ok ? [] : read.findings.map((finding) => ({ ...finding, code: 'SpecRefused' })));
  };

  const stop = watchFile(path, look);
  // Whoever wrote to the file between the first reading and the watch was seen by neither.
  look();
  return { stop, reload: look };
};

const digestOf = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
