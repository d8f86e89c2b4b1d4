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
  // a ledger stands still: drawn whole at once, so that a quick print is whole too
  const drawn = () => ({ animation: false, ...options.of(place.clientWidth) });
  chart.setOption(drawn());
  new ResizeObserver(() => {
    if (!place.clientWidth || place.clientWidth === chart.getWidth()) return;
    chart.resize();
    chart.setOption(drawn(), { notMerge: true });
  }).observe(place);
}

for (const place of document.querySelectorAll("[data-plot]")) draw(place);
