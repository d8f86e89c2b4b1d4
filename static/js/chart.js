// Draws a chart above a table. The table is the source and stays: every number is read from its <data value> cells and
// data-steps, every word from its heads. Without this file nothing is lost.
//   <div class="plot" data-plot="bars|rows|lines|steps|stack" data-table="id of the table" data-scale="minor units per unit" hidden>
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { bars, rows } from "./chart-bars.js";
import { lines } from "./chart-lines.js";
import { stack, steps } from "./chart-steps.js";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const KINDS = { bars, rows, lines, steps, stack };

function draw(place) {
  const table = document.getElementById(place.dataset.table);
  const options = table && KINDS[place.dataset.plot]?.(table, place.dataset);
  if (!options) return;
  place.hidden = false;
  if (options.height) place.style.height = `${options.height}px`;
  const chart = init(place, null, { renderer: "svg" });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  chart.setOption({ animation: !still, animationDuration: 300, ...options.of(place.clientWidth) });
  new ResizeObserver(() => {
    if (!place.clientWidth || place.clientWidth === chart.getWidth()) return;
    chart.resize();
    chart.setOption(options.of(place.clientWidth), { notMerge: true });
  }).observe(place);
}

for (const place of document.querySelectorAll("[data-plot]")) draw(place);
