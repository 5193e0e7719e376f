/** The part of d3-force 3 that this room uses; the package ships no types. */
declare module "d3-force" {
  export interface SimulationNode {
    index?: number;
    x: number;
    y: number;
    vx?: number;
    vy?: number;
  }
  export interface SimulationLink<N> {
    source: N | number;
    target: N | number;
  }
  export interface Force<N> {
    (alpha: number): void;
    initialize?(nodes: N[], random: () => number): void;
  }
  export interface Simulation<N> {
    force(name: string, force: Force<N>): this;
    stop(): this;
    tick(iterations?: number): this;
  }
  export interface LinkForce<N, L> extends Force<N> {
    distance(distance: number | ((link: L) => number)): this;
    strength(strength: number | ((link: L) => number)): this;
  }
  export interface ChargeForce<N> extends Force<N> {
    strength(strength: number): this;
  }
  export interface PositionForce<N> extends Force<N> {
    strength(strength: number | ((node: N) => number)): this;
  }
  export function forceSimulation<N extends SimulationNode>(nodes: N[]): Simulation<N>;
  export function forceLink<N extends SimulationNode, L extends SimulationLink<N>>(
    links: L[],
  ): LinkForce<N, L>;
  export function forceManyBody<N extends SimulationNode>(): ChargeForce<N>;
  export function forceCollide<N extends SimulationNode>(radius: number): Force<N>;
  export function forceX<N extends SimulationNode>(x: (node: N) => number): PositionForce<N>;
  export function forceY<N extends SimulationNode>(y: number): PositionForce<N>;
}
