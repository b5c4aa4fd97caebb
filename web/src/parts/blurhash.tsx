/** Paints a BlurHash while its poster loads. */
import { decode, isBlurhashValid } from "blurhash";
import { useEffect, useRef } from "react";

const [width, height] = [16, 24];

export function Blurhash({ hash }: { hash: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context == null || !isBlurhashValid(hash).result) return;
    const pixels = context.createImageData(width, height);
    pixels.data.set(decode(hash, width, height));
    context.putImageData(pixels, 0, 0);
  }, [hash]);
  return <canvas ref={canvas} className="blurhash" width={width} height={height} />;
}
