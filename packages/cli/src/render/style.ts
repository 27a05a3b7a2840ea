import picocolors from 'picocolors';

/** How text may look at the other end. */
export interface Style {
  readonly color: boolean;
  /** Cells in a line; Infinity when it is no terminal, so that nothing is cut. */
  readonly width: number;
}

/** Neither coloured nor cut: for files and tests. */
export const PLAIN: Style = { color: false, width: Infinity };

type Paint = ReturnType<typeof picocolors.createColors>;

const colored = picocolors.createColors(true);
const plain = picocolors.createColors(false);

export function paint(style: Style): Paint {
  return style.color ? colored : plain;
}

/** Running text is wrapped here also where lines may be of any length. */
export function textWidth(style: Style): number {
  return Math.max(40, Math.min(style.width, 100));
}
