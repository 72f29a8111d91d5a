import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Finding } from '../../crds/finding.ts';
import { formatFinding } from '../../crds/format-finding.ts';
import { readManifestFile } from '../../program/read-file.ts';
import type { ProxyFinding } from '../../report/finding.ts';
import { NO_SHARES } from '../configuration/listener-share.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import { watchFile } from './file-change.ts';
import { followFiles } from './named-files.ts';
import { NOTHING_LEFT_OUT, type Source, type SourceEvents } from './source.ts';
import { withAllNamed } from './with-named.ts';

/** The snapshot in the text of a file, or why it cannot be served. */
export type ManifestRead =
  | { readonly ok: true; readonly snapshot: Snapshot }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Reads the text of a file, in whatever format it is written. */
export type ReadManifest = (text: string, revision: string) => ManifestRead;

/**
 * Loads the manifest that the proxy starts with. Throws ProxyError ManifestUnreadable, or ManifestInvalid,
 * whose details are the findings as `--check` prints them.
 */
export const loadManifest = (path: string, readManifest: ReadManifest): Snapshot => {
  const content = readManifestFile(path);
  if (!content.ok) throw new ProxyError('ManifestUnreadable', `${content.problem}.`);
  const read = readManifest(content.text, digestOf(content.text));
  if (read.ok) return read.snapshot;
  throw new ProxyError('ManifestInvalid', `${path} cannot be served.`, {
    details: read.findings.map((finding) => formatFinding(path, finding)),
  });
};

/**
 * Follows the manifest, starting with `first`. If the file becomes invalid or disappears, only the findings
 * change.
 */
export const followManifest = (
  path: string,
  first: Snapshot,
  readManifest: ReadManifest,
  events: SourceEvents,
): Source => {
  let snapshot = first;
  const named = followFiles(
    dirname(path),
    () => snapshot.configuration,
    () => events.beforeKeys?.(),
  );
  const onInput = withAllNamed(named.all, (input) => {
    const ticketKeys = input.snapshot && named.ticketKeysFor(input.snapshot.configuration);
    events.onInput({ ...input, ...(ticketKeys === undefined ? {} : { ticketKeys }) });
  });
  const emit = (refused: readonly ProxyFinding[]): void =>
    onInput({
      snapshot,
      shares: NO_SHARES,
      refused,
      ignoredFields: 0,
      leftOut: NOTHING_LEFT_OUT,
    });

  const reload = (): void => {
    const content = readManifestFile(path);
    if (!content.ok) {
      events.onState({ following: false, code: content.code, problem: content.problem });
      emit([
        {
          code: 'ManifestUnreadable',
          path: '',
          message: `${content.problem}. The last configuration stays in service until the file is back.`,
        },
      ]);
      return;
    }
    events.onState({ following: true });
    const revision = digestOf(content.text);
    // The content is what is served already: an edit that was undone leaves no finding.
    if (revision === snapshot.revision) {
      emit([]);
      return;
    }
    const read = readManifest(content.text, revision);
    if (read.ok) snapshot = read.snapshot;
    emit(read.ok ? [] : read.findings.map((finding) => ({ ...finding, code: 'SpecRefused' })));
  };

  const stop = watchFile(path, reload);
  // Neither the first read nor the watch noticed a change between the two.
  reload();
  return {
    stop() {
      stop();
      named.stop();
    },
    reload,
  };
};

const digestOf = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
