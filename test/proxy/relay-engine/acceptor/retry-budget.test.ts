import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RetryBudget } from '../../../../proxy/relay-engine/acceptor/retry-budget.ts';
import { TICK_MS } from '../../../../proxy/relay-engine/acceptor/timer-wheel.ts';

const SLOT = 3;

/** How many retries are allowed at the tick `now`, at most `most`. */
const allowed = (budget: RetryBudget, percent: number, now: number, most = 10_000): number => {
  let count = 0;
  for (; count < most && budget.allows(SLOT, percent, now); count++) budget.spend(SLOT, now);
  return count;
};

test('retries are saved up to a limit, and then earned in proportion to connections', () => {
  const budget = new RetryBudget();
  assert.equal(allowed(budget, 20, 0), 100);
  for (let i = 0; i < 50; i++) budget.earn(SLOT, 20);
  assert.ok(Math.abs(allowed(budget, 20, 0) - 10) <= 1);
  for (let i = 0; i < 100_000; i++) budget.earn(SLOT, 20);
  assert.equal(allowed(budget, 20, 0), 100);
});

test('ten retries a second are earned by time alone, for a backend with little traffic', () => {
  const budget = new RetryBudget();
  allowed(budget, 1, 0);
  const second = Math.round(1000 / TICK_MS);
  assert.ok(Math.abs(allowed(budget, 1, second) - 10) <= 1);
  assert.ok(Math.abs(allowed(budget, 1, second * 3) - 20) <= 1);
});

test('with a budget of zero percent nothing is ever retried', () => {
  assert.equal(allowed(new RetryBudget(), 0, 1_000_000), 0);
});

test('checking the budget does not spend it', () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 1000; i++) assert.ok(budget.allows(SLOT, 50, 0));
  assert.equal(allowed(budget, 50, 0), 100);
});

test('each backend has its own retry budget', () => {
  const budget = new RetryBudget();
  allowed(budget, 50, 0);
  assert.ok(budget.allows(SLOT + 1, 50, 0));
});

test('a backend that reuses a slot starts with a full retry budget, and one that stays keeps its own', () => {
  const budget = new RetryBudget();
  allowed(budget, 50, 0);
  budget.forgetBut(new Map([[SLOT, 'stays']]));
  assert.equal(allowed(budget, 50, 0), 0);
  budget.forgetBut(new Map());
  assert.equal(allowed(budget, 50, 0), 100);
});
