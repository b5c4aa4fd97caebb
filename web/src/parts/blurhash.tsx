/** Paints a BlurHash while its poster loads. */
import { decode, isBlurhashValid } from "blurhash";
import { useEffect, useRef } from "react";

// A hash holds a few waves of colour: these many pixels show all of them, smoothed by the browser.
const [width, height] = [8, 12];

export function Blurhash({ hash }: { hash: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    // Each in a task of its own: a wall of them would block the page.
    const timer = setTimeout(() => {
      const context = canvas.current?.getContext("2d");
      if (context == null || !isBlurhashValid(hash).result) return;
      const pixels = context.createImageData(width, height);
      pixels.data.set(decode(hash, width, height));
      context.putImageData(pixels, 0, 0);
    });
    return () => clearTimeout(timer);
  }, [hash]);
  return <canvas ref={canvas} className="blurhash" width={width} height={height} />;
}
