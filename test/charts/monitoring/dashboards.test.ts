import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DASHBOARDS } from '../../../charts/monitoring/all-dashboards.ts';
import { dashboardJson } from '../../../charts/monitoring/dashboard-json.ts';

interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface PanelModel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: GridPos;
  readonly datasource?: object;
  readonly targets?: readonly {
    readonly refId: string;
    readonly datasource: object;
    readonly legendFormat?: string;
    readonly instant: boolean;
  }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit: string } };
}

interface Model {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly PanelModel[];
}

const models = DASHBOARDS.map((dashboard) => ({
  dashboard,
  model: JSON.parse(dashboardJson(dashboard)) as Model,
}));
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

const overlap = (a: GridPos, b: GridPos): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

test('dashboards have addresses, titles and variables that Grafana accepts', () => {
  assert.equal(new Set(DASHBOARDS.map(({ uid }) => uid)).size, DASHBOARDS.length);
  for (const { dashboard, model } of models) {
    assert.match(model.uid, /^[a-z0-9-]{1,40}$/);
    assert.ok(model.title.length > 0 && model.schemaVersion >= 36);
    const names = model.templating.list.map(({ name }) => name);
    assert.equal(names[0], 'datasource');
    assert.equal(model.templating.list[0]?.type, 'datasource');
    // A variable may use those before it.
    for (const [index, { series }] of dashboard.variables.entries())
      for (const [, used = ''] of series.matchAll(/\$(\w+)/g))
        assert.ok(names.slice(0, index + 1).includes(used), `${model.uid}: ${used}`);
    const text = JSON.stringify(model.panels);
    for (const [, used = ''] of text.matchAll(/\$(\w+)/g))
      assert.ok(used === '__rate_interval' || names.includes(used), `${model.uid} has no variable ${used}`);
    for (const name of names) assert.ok(text.includes(`$${name}`), `${model.uid} does not use ${name}`);
  }
});

test('the panels of a dashboard fill its width and do not overlap', () => {
  for (const { model } of models) {
    assert.equal(new Set(model.panels.map(({ id }) => id)).size, model.panels.length);
    for (const [index, { title, gridPos }] of model.panels.entries()) {
      assert.ok(gridPos.x >= 0 && gridPos.x + gridPos.w <= 24, `${model.uid}, ${title}`);
      for (const other of model.panels.slice(index + 1))
        assert.ok(!overlap(gridPos, other.gridPos), `${model.uid}: ${title} and ${other.title} overlap`);
    }
    const byLine = Map.groupBy(model.panels, ({ gridPos }) => gridPos.y);
    for (const [y, panels] of byLine)
      assert.equal(
        panels.reduce((sum, { gridPos }) => sum + gridPos.w, 0),
        24,
        `${model.uid}: ${panels.map(({ title }) => title)} at ${y}`,
      );
  }
});

test('each panel asks the data source that was chosen, and has a unit and, where there are several series, a legend', () => {
  for (const { dashboard, model } of models) {
    const panels = model.panels.filter(({ type }) => type !== 'row');
    assert.equal(panels.length, dashboard.rows.flatMap((row) => row.panels).length);
    for (const { title, type, datasource, targets = [], fieldConfig } of panels) {
      assert.deepEqual(datasource, DATASOURCE, title);
      assert.ok(fieldConfig?.defaults.unit, title);
      assert.deepEqual(
        targets.map(({ refId }) => refId),
        ['A', 'B', 'C'].slice(0, targets.length),
      );
      for (const target of targets) {
        assert.deepEqual(target.datasource, DATASOURCE);
        // A reason that has gone since must not stay in a stat.
        assert.equal(target.instant, type !== 'timeseries', title);
        if (type !== 'table') assert.ok(target.legendFormat, title);
      }
    }
  }
});
