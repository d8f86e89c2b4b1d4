// Shares over days: a row with data-series is a line, a column with data-x a day; what is not reached yet has no point.
import { BASE, LETTERS, token, wordAxis, words } from "./chart-look.js";

const PER_CENT = 10000;
const NARROW = 560;
const SHAPES = ["circle", "rect", "triangle"];
const DASHES = ["solid", "dashed", "dotted"];

function read(table) {
  const heads = [...table.tHead.querySelectorAll("th[data-x]")];
  const found = [];
  for (const line of table.querySelectorAll("tr[data-series]")) {
    const points = [];
    for (const head of heads) {
      const share = line.cells[head.cellIndex]?.querySelector("small data");
      if (share) points.push({ value: [Number(head.dataset.x), Number(share.value) / PER_CENT], said: share.textContent, head: words(head) });
    }
    points.sort((one, other) => one.value[0] - other.value[0]);
    if (points.length) found.push({ name: words(line.querySelector("th")), points });
  }
  return found.length ? { found, last: Math.max(...heads.map((head) => Number(head.dataset.x))) } : null;
}

export function lines(table, { days }) {
  const told = read(table);
  if (!told) return null;
  const marks = [...table.tHead.querySelectorAll("th[data-x]")].map((head) => Number(head.dataset.x));
  return {
    of: (width) => ({
      ...BASE,
      legend: { ...BASE.legend, icon: undefined, show: told.found.length > 1 },
      tooltip: { ...BASE.tooltip, trigger: "item", formatter: ({ seriesName, data }) => `${seriesName}\n${data.head} ${data.said}` },
      grid: { left: 4, right: 56, top: told.found.length > 1 ? 40 : 20, bottom: 4, containLabel: true },
      xAxis: {
        type: "value",
        min: 0,
        max: told.last,
        axisLine: wordAxis.axisLine,
        axisTick: { show: true, customValues: marks },
        axisLabel: { ...LETTERS, fontSize: 11, customValues: width < NARROW ? marks.filter((day) => day >= 90) : marks, formatter: (day) => days.replace("0", day), hideOverlap: true },
        splitLine: { show: false },
      },
      yAxis: { type: "value", min: 0, max: 100, interval: 25, axisLabel: { ...LETTERS, fontSize: 11, formatter: "{value} %" }, splitLine: { lineStyle: { color: token("line") } } },
      series: told.found.map(({ name, points }, place) => ({
        type: "line",
        name,
        data: points,
        symbol: SHAPES[place % SHAPES.length],
        symbolSize: 9,
        itemStyle: { color: token("a1") },
        lineStyle: { color: token("a1"), width: 3, type: DASHES[place % DASHES.length] },
        label: { show: true, position: place % 2 ? "bottom" : "top", ...LETTERS, color: token("ink"), fontWeight: 700, formatter: ({ data, dataIndex }) => (width < NARROW && dataIndex < points.length - 1 ? "" : data.said) },
      })),
    }),
  };
}
