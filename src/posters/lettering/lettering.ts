/** Lettering for pictures: text as SVG paths from the bundled fonts, never from the machine's. */
export { type FitTextOptions, type FittedText, fitText } from "./lettering-fit.js";
export { type Anchor, capHeight, type FontName, type TextLine, textPath, textWidth } from "./lettering-glyphs.js";
export { svgTextToPaths } from "./lettering-svg.js";
