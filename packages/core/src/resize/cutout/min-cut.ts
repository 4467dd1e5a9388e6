/**
 * The cheapest cut of a grid between source and sink, by the two trees of Boykov and Kolmogorov (2004): one grows from each terminal, where they
 * meet flow is pushed, and what the push tears off looks for another parent. Fast on grids, where most pixels are clear.
 */
export interface Grid {
  readonly width: number;
  readonly height: number;
  /** Each pixel's tie to the source where positive, to the sink where negative. Used up. */
  readonly ties: Float32Array;
  /** Eight a pixel, in the order of `STEPS`; those over the edge are 0. Used up. */
  readonly links: Float32Array;
}

/** Right, then clockwise; the way back is four further. */
export const STEPS = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
] as const;

const [FREE, SOURCE, SINK] = [0, 1, 2];
const [NOBODY, TERMINAL] = [-1, 8];

/** 1 for every pixel on the source's side. */
export function minCut({ width, height, ties, links }: Grid): Uint8Array {
  const count = width * height;
  const offsets = STEPS.map(([x, y]) => y * width + x);
  const tree = new Uint8Array(count);
  const parent = new Int8Array(count).fill(NOBODY);
  const seen = new Int32Array(count);
  const depth = new Int32Array(count);
  const isActive = new Uint8Array(count);
  let active: number[] = [];
  let orphans: number[] = [];
  let time = 0;

  const activate = (pixel: number) => {
    if (isActive[pixel] === 1) return;
    isActive[pixel] = 1;
    active.push(pixel);
  };
  for (let pixel = 0; pixel < count; pixel += 1) {
    const tie = ties[pixel] as number;
    if (tie === 0) continue;
    tree[pixel] = tie > 0 ? SOURCE : SINK;
    parent[pixel] = TERMINAL;
    depth[pixel] = 1;
    activate(pixel);
  }

  /** What still fits from `pixel` along `step`, in the direction of flow of the tree that it is in. */
  const room = (pixel: number, step: number, isSource: boolean): number =>
    isSource
      ? (links[pixel * 8 + step] as number)
      : (links[(pixel + (offsets[step] as number)) * 8 + (step ^ 4)] as number);

  /** Whether `pixel` still hangs on its terminal, and how far from it; what was found is noted on the way. */
  const reach = (pixel: number): number => {
    let [at, steps] = [pixel, 0];
    for (;;) {
      if (seen[at] === time) {
        steps += depth[at] as number;
        break;
      }
      const way = parent[at] as number;
      if (way === TERMINAL) {
        steps += 1;
        seen[at] = time;
        depth[at] = 1;
        break;
      }
      if (way === NOBODY) return -1;
      steps += 1;
      at += offsets[way] as number;
    }
    const found = steps;
    for (at = pixel; seen[at] !== time; at += offsets[parent[at] as number] as number) {
      seen[at] = time;
      depth[at] = steps;
      steps -= 1;
    }
    return found;
  };

  const push = (from: number, step: number) => {
    const to = from + (offsets[step] as number);
    let most = links[from * 8 + step] as number;
    let at = from;
    for (let way = parent[at] as number; way !== TERMINAL; way = parent[at] as number) {
      const up = at + (offsets[way] as number);
      most = Math.min(most, links[up * 8 + (way ^ 4)] as number);
      at = up;
    }
    most = Math.min(most, ties[at] as number);
    at = to;
    for (let way = parent[at] as number; way !== TERMINAL; way = parent[at] as number) {
      most = Math.min(most, links[at * 8 + way] as number);
      at += offsets[way] as number;
    }
    most = Math.min(most, -(ties[at] as number));

    const move = (pixel: number, way: number) => {
      const other = (pixel + (offsets[way] as number)) * 8 + (way ^ 4);
      links[pixel * 8 + way] = (links[pixel * 8 + way] as number) - most;
      links[other] = (links[other] as number) + most;
      return links[pixel * 8 + way] as number;
    };
    const tear = (pixel: number) => {
      parent[pixel] = NOBODY;
      orphans.push(pixel);
    };
    move(from, step);
    at = from;
    for (let way = parent[at] as number; way !== TERMINAL; way = parent[at] as number) {
      const up = at + (offsets[way] as number);
      if (move(up, way ^ 4) <= 1e-6) tear(at);
      at = up;
    }
    ties[at] = (ties[at] as number) - most;
    if ((ties[at] as number) <= 1e-6) tear(at);
    at = to;
    for (let way = parent[at] as number; way !== TERMINAL; way = parent[at] as number) {
      const up = at + (offsets[way] as number);
      if (move(at, way) <= 1e-6) tear(at);
      at = up;
    }
    ties[at] = (ties[at] as number) + most;
    if ((ties[at] as number) >= -1e-6) tear(at);
  };

  const adopt = (pixel: number) => {
    const side = tree[pixel] as number;
    const isSource = side === SOURCE;
    let [best, least] = [NOBODY, Number.POSITIVE_INFINITY];
    for (let step = 0; step < 8; step += 1) {
      // Flow comes down from the source, and goes down to the sink.
      if (!isInside(pixel, step) || room(pixel, step, !isSource) <= 1e-6) continue;
      const other = pixel + (offsets[step] as number);
      if (tree[other] !== side) continue;
      const distance = reach(other);
      if (distance > 0 && distance < least) [best, least] = [step, distance];
    }
    if (best !== NOBODY) {
      parent[pixel] = best;
      seen[pixel] = time;
      depth[pixel] = least + 1;
      return;
    }
    for (let step = 0; step < 8; step += 1) {
      if (!isInside(pixel, step)) continue;
      const other = pixel + (offsets[step] as number);
      if (tree[other] !== side) continue;
      if (room(pixel, step, !isSource) > 1e-6) activate(other);
      if (parent[other] === (step ^ 4)) {
        parent[other] = NOBODY;
        orphans.push(other);
      }
    }
    tree[pixel] = FREE;
  };

  const isInside = (pixel: number, step: number): boolean => {
    const [x, y] = STEPS[step] as readonly [number, number];
    const [left, top] = [(pixel % width) + x, Math.floor(pixel / width) + y];
    return left >= 0 && left < width && top >= 0 && top < height;
  };

  while (active.length > 0) {
    const round = active;
    active = [];
    for (const pixel of round) {
      isActive[pixel] = 0;
      for (;;) {
        const met = tree[pixel] === FREE ? NOBODY : grow(pixel);
        if (met === NOBODY) break;
        time += 1;
        if (tree[pixel] === SOURCE) push(pixel, met);
        else push(pixel + (offsets[met] as number), met ^ 4);
        while (orphans.length > 0) {
          const lost = orphans;
          orphans = [];
          for (const orphan of lost) if (parent[orphan] === NOBODY && tree[orphan] !== FREE) adopt(orphan);
        }
      }
    }
  }
  return tree.map((side) => (side === SOURCE ? 1 : 0));

  /** Takes free neighbours in; the step to one of the other tree, or `NOBODY`. */
  function grow(pixel: number): number {
    const side = tree[pixel] as number;
    for (let step = 0; step < 8; step += 1) {
      if (!isInside(pixel, step) || room(pixel, step, side === SOURCE) <= 1e-6) continue;
      const other = pixel + (offsets[step] as number);
      if (tree[other] === FREE) {
        tree[other] = side;
        parent[other] = step ^ 4;
        depth[other] = (depth[pixel] as number) + 1;
        seen[other] = seen[pixel] as number;
        activate(other);
      } else if (tree[other] !== side) return step;
    }
    return NOBODY;
  }
}
