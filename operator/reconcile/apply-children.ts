import { childName } from '../../crds/child-name.ts';
import type { Manifest } from '../../kube/apply.ts';
import { ApiError, TransportError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ObjectRef } from '../../kube/paths.ts';
import type { Child } from '../desired/children.ts';
import type { Owner } from '../objects/owner.ts';
import type { ChildProblem, ForeignField } from '../status/observed.ts';
import type { Collections } from '../watch/cluster-cache.ts';
import { appliedFields } from './applied-fields.ts';
import { type Change, changedBy } from './changed-by.ts';
import type { Content, ContestTracker } from './contest-tracker.ts';
import { foreignFields } from './foreign-fields.ts';
import { cachedChild, writeName } from './gather.ts';
import { type HandOverDeps, handOverReplicas } from './hand-over-replicas.ts';
import { matchesLastWrite } from './matches-last-write.ts';
import { type Plan, planChild } from './plan-child.ts';
import { unfinished } from './unfinished.ts';
import { digest, type RefusalDetails } from './write-cache.ts';
import {
  applyManifest,
  createChild,
  readIfPresent,
  replaceServicePorts,
  type WriteDeps,
} from './write-child.ts';
import { writeFailure } from './write-failure.ts';

export interface ApplyDeps extends HandOverDeps, WriteDeps {
  readonly collections: Collections;
  readonly contestTracker: ContestTracker;
  /** Identifies this operator to people, and to another operator that writes to the same objects. */
  readonly identity: string;
}

/** The state of the resource for which the children are applied. */
export interface ApplyFor {
  /** Changes with the spec. */
  readonly epoch: string;
  /** Apply without backoff even if another writer keeps changing a child: any delay costs more pods. */
  readonly isUrgent: boolean;
}

/** A child that was put back. */
export interface Repair extends Change {
  readonly kind: string;
  /** Number of repairs in a row. */
  readonly rounds: number;
}

/** What was done, and what could not be done. */
export interface Applied {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  /** Adopted: they had no owner and all labels of this resource's children. */
  readonly adopted: readonly string[];
  /** Put back after another writer changed them. */
  readonly repaired: readonly Repair[];
  readonly removed: readonly string[];
  readonly problems: readonly ChildProblem[];
  readonly errors: readonly Error[];
  /** Sentences about what will be retried, sorted, and the same at every attempt. */
  readonly unfinished: readonly string[];
  /** Milliseconds until refused writes are retried; undefined if none was refused. */
  readonly retryRefusedMs: number | undefined;
  /** Milliseconds until a contested child is put back again; undefined if there is none. */
  readonly contestedMs: number | undefined;
  readonly isWaiting: boolean;
}

/** The result of applying one child. */
type Result =
  | { readonly kind: 'Unchanged' | 'Waiting' | 'Created' | 'Updated' | 'Adopted' | 'Removed' }
  | { readonly kind: 'Repaired'; readonly repair: Repair }
  /** Another writer keeps changing it: it is put back later. */
  | { readonly kind: 'Contested'; readonly waitMs: number }
  | { readonly kind: 'Failed'; readonly error: Error }
  | { readonly kind: 'Problem'; readonly problem: ChildProblem; readonly retryMs?: number };

/** Applies each child; a failure of one does not keep the others from being applied. */
export const applyChildren = async (
  rootKey: string,
  owner: Owner,
  children: readonly Child[],
  how: ApplyFor,
  deps: ApplyDeps,
): Promise<Applied> => {
  const results: { readonly kind: string; readonly name: string; readonly result: Result }[] = [];
  for (const child of children)
    results.push({
      kind: child.kind,
      name: childName(owner.name, child.suffix),
      result: await applyChild(rootKey, owner, child, how, deps),
    });
  const of = (kind: Result['kind']): readonly string[] =>
    results.filter(({ result }) => result.kind === kind).map((one) => one.kind);
  const problems = results.flatMap(({ result }) => (result.kind === 'Problem' ? [result] : []));
  const waits = problems.flatMap(({ retryMs }) => retryMs ?? []);
  const contested = results.flatMap(({ result }) => (result.kind === 'Contested' ? [result.waitMs] : []));
  return {
    created: of('Created'),
    updated: of('Updated'),
    adopted: of('Adopted'),
    repaired: results.flatMap(({ result }) => (result.kind === 'Repaired' ? [result.repair] : [])),
    removed: of('Removed'),
    problems: problems.map(({ problem }) => problem),
    errors: results.flatMap(({ result }) => (result.kind === 'Failed' ? [result.error] : [])),
    unfinished: unfinished(results),
    retryRefusedMs: waits.length === 0 ? undefined : Math.min(...waits),
    contestedMs: contested.length === 0 ? undefined : Math.min(...contested),
    isWaiting: of('Waiting').length > 0,
  };
};

const applyChild = async (
  rootKey: string,
  owner: Owner,
  child: Child,
  { epoch, isUrgent }: ApplyFor,
  deps: ApplyDeps,
): Promise<Result> => {
  const { writeCache, contestTracker, now } = deps;
  const { apiVersion, kind, suffix, wanted } = child;
  const ref = { apiVersion, kind, namespace: owner.namespace, name: childName(owner.name, suffix) };
  const name = writeName(rootKey, kind, suffix);
  const problem = (cause: ChildProblem['cause'], what: RefusalDetails, retryMs?: number): Result => ({
    kind: 'Problem',
    problem: { cause, kind, name: ref.name, ...what },
    ...(retryMs === undefined ? {} : { retryMs }),
  });

  const cached = cachedChild(deps.collections, kind, `${ref.namespace}/${ref.name}`);
  const plan = (object: KubeObject | undefined): Plan =>
    planChild({ owner, wanted, live: object, confirmed: writeCache.confirmed(name) });
  const live = writeCache.newest(name, cached, now());
  // A refusal is valid for this content and this object: a change of either may remove its cause.
  const attempted = [wanted, live && appliedFields(live, wanted)];
  const content: Content = { name, kind, digest: digest(wanted), wanted, epoch };
  /** Records what was sent, and turns the result into a repair if this put the object back. */
  const done = (result: Result, change: Change | undefined): Result => {
    const rounds = contestTracker.sent(content, change, now());
    return rounds === 0 || change === undefined
      ? result
      : { kind: 'Repaired', repair: { ...change, kind, rounds } };
  };
  try {
    const known = plan(live);
    const refused = writeCache.refusal(name);
    const isWrite = known.action === 'Create' || known.action === 'Apply' || known.action === 'Remove';
    if (isWrite && refused !== undefined && refused.sent === digest(attempted) && refused.retryAt > now())
      return problem('Refused', refused.what, refused.retryAt - now());
    const matchesLast = (last: Manifest | undefined): boolean =>
      matchesLastWrite(last, wanted, live, writeCache.confirmed(name));
    const isRepair =
      (known.action === 'Apply' && known.isRepair) || contestTracker.wouldRepair(content, matchesLast);
    const waitMs = isWrite && isRepair && !isUrgent ? contestTracker.waitMs(name, now()) : 0;
    if (waitMs > 0) return { kind: 'Contested', waitMs };
    const found = known.action === 'Create' ? await createChild(ref, name, wanted, deps) : undefined;
    const next = found === undefined ? known : plan(found);
    switch (next.action) {
      case 'Nothing':
        return { kind: 'Unchanged' };
      case 'Wait':
        return { kind: 'Waiting' };
      case 'LeaveAlone':
        writeCache.take(name);
        return problem('NameTaken', { message: next.holder });
      case 'Remove':
        await deps.writer.remove(ref, { uid: next.uid });
        writeCache.forget(name);
        return done({ kind: 'Removed' }, isRepair ? RECREATED : undefined);
      case 'Create':
        return done({ kind: 'Created' }, isRepair ? DELETED : undefined);
      case 'Apply': {
        const change = isRepair ? await changeOf(ref, wanted, deps) : undefined;
        // Server-side apply itself reverts what this process applied last.
        if (next.isRepair || writeCache.confirmed(name) === undefined || refused !== undefined)
          await replaceServicePorts(ref, found ?? live, wanted, deps);
        await handOverReplicas(ref, wanted, deps);
        const signature = change?.isOperator ? deps.identity : undefined;
        const version = await applyManifest(name, wanted, next.uid, signature, deps);
        // After a start of the operator each child is applied once, mostly without effect.
        const before = (found ?? live)?.metadata.resourceVersion;
        if (version === before) return done({ kind: 'Unchanged' }, undefined);
        return done({ kind: next.isAdoption ? 'Adopted' : 'Updated' }, change);
      }
      default:
        return next satisfies never;
    }
  } catch (error) {
    const failure = writeFailure(error);
    switch (failure.kind) {
      case 'Failed':
        return failure;
      case 'NamespaceTerminating':
        return { kind: 'Unchanged' };
      case 'Refused': {
        const foreign = await foreignIn(ref, wanted, failure.fields, deps);
        const what: RefusalDetails = {
          message: failure.message,
          ...(foreign.length === 0 ? {} : { foreign }),
        };
        const refusal = writeCache.refuse(name, attempted, what, now());
        return problem('Refused', what, refusal.retryAt - now());
      }
      default:
        return failure satisfies never;
    }
  }
};

const DELETED: Change = { what: 'Deleted', by: [], where: [], isOperator: false };
const RECREATED: Change = { what: 'Recreated', by: [], where: [], isOperator: false };

/**
 * What is about to be put back, and who wrote it; read from the API server, because the cache keeps no
 * managedFields.
 */
const changeOf = async (
  ref: ObjectRef,
  wanted: Manifest | undefined,
  deps: ApplyDeps,
): Promise<Change | undefined> => {
  const found = await readIfPresent(ref, deps);
  return found && changedBy(found, wanted, deps.fieldManager, deps.identity);
};

/**
 * Fields set by other managers that block a write. If they cannot be read now, only the refusal is reported.
 */
const foreignIn = async (
  ref: ObjectRef,
  wanted: Manifest | undefined,
  fields: readonly string[],
  deps: ApplyDeps,
): Promise<readonly ForeignField[]> => {
  if (fields.length === 0) return [];
  try {
    const found = await readIfPresent(ref, deps);
    return found === undefined ? [] : foreignFields(found, wanted, fields, deps.fieldManager);
  } catch (error) {
    if (error instanceof ApiError || error instanceof TransportError) return [];
    throw error;
  }
};
