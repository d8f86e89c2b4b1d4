// Steps over days. A head or row with data-steps ("day:ppm day:ppm …") is a curve: `steps` draws lines beside each other,
// `stack` areas that add up, what is left above them still waits.
import { BASE, LETTERS, token, wordAxis, words } from "./chart-look.js";

const PER_CENT = 10000;
const NARROW = 560;
const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3], [2, 6]];
const LINES = ["a1", "ink", "a2", "wait", "ink-3"];
const AREAS = { main: "a1", 1: "wait", 2: "ink-3", 3: "a2", 4: "line-strong", 5: "a3" };
const SLANTS = { 1: Math.PI / 4, 3: -Math.PI / 4, 5: 0 };

function read(table) {
  return [...table.querySelectorAll("[data-steps]")].map((place) => {
    const name = words(place.matches("th") ? place : place.querySelector("th")).replace(/\s*%$/, "");
    const points = place.dataset.steps.split(" ").map((point) => {
      const [day, share] = point.split(":").map(Number);
      return [day, share / PER_CENT];
    });
    return { name, colour: place.dataset.colour, points: points[0][0] === 0 ? points : [[0, 0], ...points] };
  });
}

function frame(found, days, width) {
  const last = Math.max(...found.flatMap(({ points }) => points.map(([day]) => day)));
  const step = width < NARROW ? 90 : 30;
  return {
    ...BASE,
    legend: { ...BASE.legend, show: found.length > 1, type: "scroll" },
    grid: { left: 4, right: 20, top: found.length > 1 ? 40 : 20, bottom: 4, containLabel: true },
    xAxis: {
      type: "value",
      min: 0,
      max: Math.max(last, 1),
      interval: last > 60 ? step : Math.max(1, Math.ceil(last / 6)),
      axisLine: wordAxis.axisLine,
      axisLabel: { ...LETTERS, fontSize: 11, formatter: (day) => days.replace("0", day), hideOverlap: true, showMaxLabel: false },
      splitLine: { show: false },
    },
    yAxis: { type: "value", min: 0, max: 100, interval: 25, axisLabel: { ...LETTERS, fontSize: 11, formatter: "{value} %" }, splitLine: { lineStyle: { color: token("line") } } },
    tooltip: { ...BASE.tooltip, trigger: "item", formatter: ({ seriesName, data }) => `${seriesName}\n${days.replace("0", data[0])} ${data[2].toFixed(1)} %` },
  };
}

export function steps(table, { days }) {
  const found = read(table);
  if (!found.length) return null;
  return {
    of: (width) => ({
      ...frame(found, days, width),
      series: found.map(({ name, points }, place) => ({
        type: "line",
        step: "end",
        name,
        data: points.map(([day, share]) => [day, share, share]),
        showSymbol: false,
        symbolSize: 7,
        itemStyle: { color: token(LINES[place % LINES.length]) },
        lineStyle: { color: token(LINES[place % LINES.length]), width: 2.5, type: DASHES[place % DASHES.length] },
      })),
    }),
  };
}

export function stack(table, { days }) {
  const found = read(table);
  if (!found.length) return null;
  // one on top of the other: all curves step on the same days
  const below = found[0].points.map(() => 0);
  const heaped = found.map((curve) => ({
    ...curve,
    data: curve.points.map(([day, share], place) => [day, (below[place] += share), share]),
  }));
  return {
    of: (width) => ({
      ...frame(found, days, width),
      // the highest heap is painted first, the lower ones over it
      series: heaped.reverse().map(({ name, colour, data }, place) => ({
        type: "line",
        step: "end",
        name,
        data,
        z: place + 2,
        showSymbol: false,
        itemStyle: { color: token(AREAS[colour]) },
        lineStyle: { color: token("surface"), width: 1 },
        areaStyle: { color: token(AREAS[colour]), opacity: 1, ...(colour in SLANTS && { decal: { symbol: "rect", rotation: SLANTS[colour], color: token("hatch-light"), dashArrayX: [1, 0], dashArrayY: [1.6, 5] } }) },
      })),
    }),
  };
}
