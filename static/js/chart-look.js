// What charts share: the tokens' colours, letters, axes and the tooltip. Signed, reported and verified never share a
// colour: ink outline, hatched mid blue, solid deep blue.
const root = getComputedStyle(document.documentElement);

export const token = (name) => root.getPropertyValue(`--${name}`).trim();

export const LETTERS = { fontFamily: token("font-sans"), fontSize: 12, color: token("ink-2") };

export const SERIES = {
  signed: { color: token("surface"), borderColor: token("ink"), borderWidth: 1.5 },
  reported: {
    color: token("a2"),
    decal: { symbol: "rect", rotation: Math.PI / 4, color: token("hatch-light"), dashArrayX: [1, 0], dashArrayY: [1.6, 5] },
  },
  verified: { color: token("a1") },
};

export const BASE = {
  textStyle: LETTERS,
  legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 12, itemGap: 18, textStyle: { ...LETTERS, color: token("ink") } },
  tooltip: {
    // words only: the other way writes styles into the page, which the content policy forbids
    renderMode: "richText",
    confine: true,
    backgroundColor: token("surface"),
    borderColor: token("frame"),
    textStyle: { ...LETTERS, color: token("ink") },
  },
};

export const amountAxis = {
  type: "value",
  axisLabel: { ...LETTERS, fontSize: 11, formatter: (amount) => amount.toLocaleString("en") },
  splitLine: { lineStyle: { color: token("line") } },
};

export const wordAxis = {
  type: "category",
  axisTick: { show: false },
  axisLine: { lineStyle: { color: token("line-strong") } },
  axisLabel: { ...LETTERS, fontSize: 11 },
};

const SMALL = "small";

export const words = (node) => {
  const own = node.cloneNode(true);
  for (const more of own.querySelectorAll(SMALL)) more.remove();
  return own.textContent.trim();
};

export const figure = (cell) => cell?.querySelector("data");
