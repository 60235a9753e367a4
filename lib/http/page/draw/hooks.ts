/**
 * What the pictures ask of the browser: how wide they are, how wide a text is, and frames to glide in.
 *
 * @module
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Width of an element in whole pixels, 0 before it is known; it follows the window. */
export function useWidth(element: { readonly current: Element | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.floor(current.clientWidth)));
    setWidth(Math.floor(current.clientWidth));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return width;
}

const widths = new Map<string, number>();
let context: CanvasRenderingContext2D | null | undefined;

/** Width of a label in pixels. */
export function textWidth(text: string, font = "12px system-ui, sans-serif"): number {
  const key = `${font} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  context ??= document.createElement("canvas").getContext("2d");
  if (!context) return text.length * 7;
  context.font = font;
  const width = Math.ceil(context.measureText(text).width);
  // Names come and go, for weeks.
  if (widths.size > 5000) widths.clear();
  widths.set(key, width);
  return width;
}

/** How long things that move are on their way, in milliseconds. */
const glideMs = 320;

/**
 * `targets`, on the way there from where they were before, frame by frame. What is new is there at
 * once, and so is all if the user wants little motion.
 *
 * @param targets a value that is the same object as long as nothing moves
 * @param isOn false if all is to be in its place at once
 */
export function useGlide(
  targets: ReadonlyMap<string, number>,
  isOn: boolean,
): ReadonlyMap<string, number> {
  const shown = useRef(targets);
  const [, draw] = useState(0);
  const last = useRef(targets);
  if (last.current !== targets && !(isOn && moves(shown.current, targets))) {
    shown.current = targets;
    last.current = targets;
  }
  useEffect(() => {
    if (last.current === targets) return;
    last.current = targets;
    const from = shown.current;
    let begin: number | undefined;
    let frame = requestAnimationFrame(function step(time) {
      begin ??= time;
      const part = Math.min(1, (time - begin) / glideMs);
      shown.current = part === 1 ? targets : between(from, targets, 1 - (1 - part) ** 3);
      draw((count) => count + 1);
      if (part < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [targets]);
  return complete(shown.current, targets);
}

/** Whether anything that was there has another place now, and may be seen to go there. */
function moves(from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): boolean {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return false;
  return [...to].some(([key, value]) => Math.abs((from.get(key) ?? value) - value) > 1e-6);
}

function between(
  from: ReadonlyMap<string, number>,
  to: ReadonlyMap<string, number>,
  part: number,
): Map<string, number> {
  return new Map([...to].map(([key, value]) => {
    const before = from.get(key) ?? value;
    return [key, before + (value - before) * part];
  }));
}

/** What is shown of all of `targets`, also of those that have just come. */
function complete(
  shown: ReadonlyMap<string, number>,
  targets: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  if (shown === targets) return targets;
  return new Map([...targets].map(([key, value]) => [key, shown.get(key) ?? value]));
}
