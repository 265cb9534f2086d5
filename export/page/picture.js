// A poem as a picture. Knows nothing of how it was written.

const SCALE = 2; // pixels of the picture for one of the page
const SIZE = 24;
const LEADING = 42;
const MARGIN = 64;
const GUTTER = 56;
const LARGEST = 32_767; // pixels of a side that every browser draws

/** A PNG of a poem, as Blob; null where it is too long. `columns`: whether the lines of a couplet stand side by side. */
export function drawPoem({ lines, rightToLeft, couplets, columns, colophon, font, colours }) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const verse = `${SIZE}px ${font}`;
  const small = `${SIZE * 0.5}px ${font}`;
  context.font = verse;
  const widest = Math.max(...lines.map((line) => context.measureText(line).width));
  context.font = small;
  const column = Math.ceil(Math.max(widest, context.measureText(colophon).width / (columns ? 2 : 1), 320));
  const width = 2 * MARGIN + column * (columns ? 2 : 1) + (columns ? GUTTER : 0);
  const gap = (index) => (couplets && !columns ? Math.floor(index / 2) * LEADING * 0.4 : 0);
  const rows = columns ? Math.ceil(lines.length / 2) : lines.length;
  const height = 2 * MARGIN + rows * LEADING + gap(lines.length - 1) + LEADING;
  const scale = Math.min(SCALE, LARGEST / height);
  if (scale < 1) return null;
  canvas.width = width * scale;
  canvas.height = height * scale;
  context.scale(scale, scale);
  context.fillStyle = colours.background;
  context.fillRect(0, 0, width, height);
  context.direction = rightToLeft ? "rtl" : "ltr";
  context.textAlign = "start";
  context.textBaseline = "middle";
  context.fillStyle = colours.foreground;
  context.font = verse;
  lines.forEach((line, index) => {
    const [row, place] = columns ? [Math.floor(index / 2), index % 2] : [index, 0];
    const inset = MARGIN + place * (column + GUTTER);
    context.fillText(line, rightToLeft ? width - inset : inset, MARGIN + (row + 0.5) * LEADING + gap(index));
  });
  context.direction = "ltr";
  context.textAlign = "center";
  context.font = small;
  context.fillStyle = colours.muted;
  context.fillText(colophon, width / 2, height - MARGIN + LEADING * 0.2);
  return new Promise((drawn) => canvas.toBlob(drawn, "image/png"));
}
