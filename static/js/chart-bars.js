// Bars beside each other: a row of the table is a place on the axis, a column with data-series is a colour.
import { BASE, SERIES, amountAxis, figure, token, wordAxis, words } from "./chart-look.js";

const NARROW = 560;
const ROW_HEIGHT = 48;
const AROUND = 66;

function read(table, { scale }) {
  const heads = [...table.tHead.querySelectorAll("th[data-series]")];
  const places = [];
  for (const body of table.tBodies) {
    const group = body.querySelector("th[scope=rowgroup]");
    for (const line of body.rows) {
      const name = line.querySelector("th[scope=row]");
      if (!name || !figure(line)) continue;
      places.push({ name: group ? `${words(group)} ${words(name)}` : words(name), line });
    }
  }
  if (!heads.length || !places.length) return null;
  const series = heads.map((head) => ({
    key: head.dataset.series,
    name: words(head),
    cells: places.map(({ line }) => figure(line.cells[head.cellIndex])),
  }));
  const value = (cell) => (cell ? Number(cell.value) / Number(scale) : null);
  return { names: places.map((place) => place.name), series, value };
}

function drawn({ names, series, value }) {
  return {
    ...BASE,
    tooltip: {
      ...BASE.tooltip,
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: token("act-wash"), opacity: 0.6 } },
      formatter: ([first]) =>
        [names[first.dataIndex], ...series.map(({ name, cells }) => `${name} ${cells[first.dataIndex]?.textContent ?? "—"}`)].join("\n"),
    },
    series: series.map(({ key, name, cells }) => ({
      type: "bar",
      name,
      data: cells.map(value),
      itemStyle: SERIES[key],
      barMaxWidth: 18,
      barGap: "12%",
      barCategoryGap: "32%",
    })),
  };
}

export function bars(table, told) {
  const found = read(table, told);
  if (!found) return null;
  return {
    of: (width) => ({
      ...drawn(found),
      grid: { left: 4, right: 4, top: 40, bottom: 4, containLabel: true },
      xAxis: { ...wordAxis, data: found.names, axisLabel: { ...wordAxis.axisLabel, hideOverlap: true, rotate: width < NARROW ? 60 : 0 } },
      yAxis: amountAxis,
    }),
  };
}

export function rows(table, told) {
  const found = read(table, told);
  if (!found) return null;
  return {
    height: AROUND + ROW_HEIGHT * found.names.length,
    of: (width) => ({
      ...drawn(found),
      grid: { left: 4, right: 16, top: 36, bottom: 4, containLabel: true },
      xAxis: { ...amountAxis, splitNumber: width < NARROW ? 2 : 5 },
      yAxis: { ...wordAxis, data: found.names, inverse: true },
    }),
  };
}
