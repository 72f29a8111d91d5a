import { signal } from '@preact/signals';
import { type SankeyLink, type SankeyNode, sankey, sankeyLeft, sankeyLinkHorizontal } from 'd3-sankey';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LiveReport } from '../../report/live.ts';
import { type FlowLink, type FlowNode, flowGraph, type Measure } from '../words/flow-graph.ts';
import { bytesPerSecond, clipped, perSecond, short } from '../words/format.ts';
import { Section } from './section.tsx';

const ROW_PX = 34;
const NODE_PX = 10;
const GAP_PX = 14;
/** Ways of a picture without any traffic. */
const IDLE_PX = 2;
/** Below this there is no room for three columns with names. */
const NARROW_PX = 640;
const LABEL_CHARS = 28;

const MEASURES: Readonly<Record<Measure, { label: string; format: (value: number) => string }>> = {
  bytes: { label: 'Bytes', format: bytesPerSecond },
  connections: { label: 'New connections', format: perSecond },
  open: { label: 'Open connections', format: short },
};

const measure = signal<Measure>('bytes');

type PlacedNode = SankeyNode<FlowNode, FlowLink>;
type PlacedLink = SankeyLink<FlowNode, FlowLink>;

/** Where each node and each way is in a picture of this width. */
const placed = (report: LiveReport, width: number, by: Measure) => {
  const isNarrow = width < NARROW_PX;
  const { nodes, links } = flowGraph(report, by, !isNarrow);
  const columns = ['listener', 'backend', 'endpoint'].map(
    (kind) =>
      nodes.filter(({ id }) => id.startsWith(kind) || (kind === 'endpoint' && id.startsWith('rest'))).length,
  );
  const height = Math.max(2, ...columns) * ROW_PX;
  const layout = sankey<FlowNode, FlowLink>()
    .nodeId(({ id }) => id)
    .nodeWidth(NODE_PX)
    .nodePadding(GAP_PX)
    // Backends that are drawn as one have no endpoints, and stay in their column.
    .nodeAlign(sankeyLeft)
    // In the order given.
    .nodeSort(null)
    .extent([
      [1, 6],
      [width - 1, height - 6],
    ]);
  // The library writes positions into what it is given.
  const graph = layout({
    nodes: nodes.map((node) => ({ ...node })),
    links: links.map((link) => ({ ...link })),
  });
  return { ...graph, height, isIdle: links.every(({ amount }) => amount === 0) };
};

/** Before it places them, the library has names in place of the nodes. */
const nodeAt = (end: PlacedLink['source']): PlacedNode => end as PlacedNode;

const Label = ({
  node,
  width,
  format,
}: {
  node: PlacedNode;
  width: number;
  format: (value: number) => string;
}) => {
  const { x0 = 0, x1 = 0, y0 = 0, y1 = 0, label, amount } = node;
  const isLeft = x0 < width / 2;
  return (
    <text x={isLeft ? x1 + 6 : x0 - 6} y={(y0 + y1) / 2} dy="0.35em" text-anchor={isLeft ? 'start' : 'end'}>
      {clipped(label, LABEL_CHARS)}
      <tspan class="amount"> {format(amount)}</tspan>
      <title>{clipped(label, 253)}</title>
    </text>
  );
};

const Picture = ({ report, width }: { readonly report: LiveReport; readonly width: number }) => {
  const { nodes, links, height, isIdle } = placed(report, width, measure.value);
  const { format } = MEASURES[measure.value];
  const path = sankeyLinkHorizontal<FlowNode, FlowLink>();
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label="Traffic from listeners to backends and endpoints. The tables below have the same figures."
    >
      {links.map((link) => (
        <path
          key={`${nodeAt(link.source).id}\n${nodeAt(link.target).id}`}
          class={`way${link.amount === 0 ? ' idle' : ''}${nodeAt(link.target).isOut ? ' out' : ''}`}
          d={path(link) ?? ''}
          stroke-width={isIdle ? IDLE_PX : Math.max(1, link.width ?? 1)}
        />
      ))}
      {nodes.map((node) => (
        <g key={node.id}>
          <rect
            class={`node ${node.kind}${node.isOut ? ' out' : ''}`}
            x={node.x0}
            y={node.y0}
            width={NODE_PX}
            height={Math.max(2, (node.y1 ?? 0) - (node.y0 ?? 0))}
            rx={2}
          />
          <Label node={node} width={width} format={format} />
        </g>
      ))}
    </svg>
  );
};

/** The traffic as a picture: each way as wide as its rate. */
export const Flow = ({ report }: { readonly report: LiveReport }) => {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const isEmpty = report.summary.listeners.length === 0;
  return (
    <Section id="traffic" title="Where the traffic goes">
      <fieldset class="measures">
        <legend class="hidden">What the widths stand for</legend>
        {(Object.keys(MEASURES) as Measure[]).map((by) => (
          <label key={by}>
            <input
              type="radio"
              name="measure"
              checked={measure.value === by}
              onChange={() => {
                measure.value = by;
              }}
            />
            {MEASURES[by].label}
          </label>
        ))}
      </fieldset>
      <div class="flow" ref={box}>
        {isEmpty ? (
          <p class="empty">No listeners are served.</p>
        ) : (
          width > 0 && <Picture report={report} width={width} />
        )}
      </div>
    </Section>
  );
};
