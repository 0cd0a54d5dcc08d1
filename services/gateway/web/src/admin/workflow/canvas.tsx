/** The drawing of a workflow: states as boxes, moves as arrows; what has a fault is red. */
import "@xyflow/react/dist/base.css";

import { Background, Controls, type Edge, Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow, type ReactFlowInstance, useNodesState } from "@xyflow/react";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Icon } from "../../shared/icons";
import { type Chosen, type Definition, type Fault, faultsAt, layout } from "./model";

interface StateData extends Record<string, unknown> {
  name: string;
  category: string;
  initial: boolean;
  faults: Fault[];
}
type StateNode = Node<StateData, "state">;

function StateBox({ data, selected }: NodeProps<StateNode>): ReactNode {
  return (
    <div className="flow-state" data-category={data.category} data-chosen={selected} data-fault={data.faults.length > 0} title={data.faults.map((one) => one.reason).join("\n") || undefined}>
      <Handle type="target" position={Position.Top} />
      {data.initial && <Icon name="next" size={14} />}
      {data.faults.length > 0 && <Icon name="alert" size={14} />}
      {data.name}
      <Handle type="source" position={Position.Bottom} />
    </div>
  );
}

const TYPES = { state: StateBox };
const CALM = { type: MarkerType.ArrowClosed, color: "var(--dm-quiet)" };
const WRONG = { type: MarkerType.ArrowClosed, color: "var(--mantine-color-red-6)" };

interface CanvasProps {
  definition: Definition;
  faults: Fault[];
  chosen: Chosen | null;
  choose: (chosen: Chosen | null) => void;
  connect: (from: string, to: string) => void;
}

export function Canvas({ definition, faults, chosen, choose, connect }: CanvasProps): ReactNode {
  const { t } = useTranslation();
  const drawn = useMemo<StateNode[]>(() => {
    const places = layout(definition);
    return definition.states.map((state, place) => ({
      id: state.slug,
      type: "state",
      position: places[state.slug] ?? { x: 0, y: 0 },
      selected: chosen?.kind === "states" && chosen.place === place,
      ariaLabel: state.name,
      data: { name: state.name, category: state.category, initial: state.slug === definition.initial, faults: faultsAt(faults, "states", place) },
    }));
  }, [definition, faults, chosen]);
  const [nodes, setNodes, onNodesChange] = useNodesState(drawn);
  useEffect(() => {
    // Where somebody has pulled a box it stays.
    setNodes((before) => drawn.map((one) => ({ ...one, position: before.find((old) => old.id === one.id)?.position ?? one.position })));
  }, [drawn, setNodes]);
  // A state that has come or gone changes what is to be seen: all of it is shown again, once the boxes stand.
  const [drawing, setDrawing] = useState<ReactFlowInstance<StateNode> | null>(null);
  const states = definition.states.length;
  useEffect(() => {
    const shown = requestAnimationFrame(() => void drawing?.fitView({ padding: 0.1 }));
    return () => cancelAnimationFrame(shown);
  }, [drawing, states]);
  const [pointed, setPointed] = useState<string | null>(null);
  const state = chosen?.kind === "states" ? definition.states[chosen.place]?.slug : undefined;
  const edges = definition.moves.map<Edge>((move, place) => {
    const wrong = faultsAt(faults, "moves", place).length > 0;
    const selected = chosen?.kind === "moves" && chosen.place === place;
    // Where something is chosen, the moves that are not about it stand back.
    const meant = wrong || selected || pointed === String(place) || (state !== undefined && [move.from, move.to].includes(state));
    return {
      id: String(place),
      source: move.from,
      target: move.to,
      label: meant ? move.name : undefined,
      labelBgPadding: [4, 2],
      labelBgBorderRadius: 4,
      zIndex: selected ? 1 : 0,
      ariaLabel: `${move.name}: ${move.from} → ${move.to}`,
      selected,
      markerEnd: wrong ? WRONG : CALM,
      className: wrong ? "flow-fault" : chosen && !meant ? "flow-aside" : "",
    };
  });
  return (
    <div className="flow card" role="group" aria-label={t("workflow.drawing")}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={TYPES}
        onNodesChange={onNodesChange}
        onNodeClick={(_, node) => choose({ kind: "states", place: definition.states.findIndex((one) => one.slug === node.id) })}
        onEdgeClick={(_, edge) => choose({ kind: "moves", place: Number(edge.id) })}
        onEdgeMouseEnter={(_, edge) => setPointed(edge.id)}
        onEdgeMouseLeave={() => setPointed(null)}
        onPaneClick={() => choose(null)}
        onConnect={({ source, target }) => connect(source, target)}
        deleteKeyCode={null}
        onInit={setDrawing}
        fitView
        minZoom={0.2}
        proOptions={{ hideAttribution: true }}
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}
