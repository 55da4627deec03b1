// Draws every [data-chart]: app.js loads this where a page has a chart, this loads ECharts. Colours follow the display mode.
(() => {
  "use strict";
  const root = getComputedStyle(document.documentElement);
  const token = (name) => root.getPropertyValue(name).trim();
  const size = parseFloat(root.fontSize);
  const text = { color: token("--ht-text"), fontFamily: token("--ht-font"), fontSize: Math.max(14, size * .875) };
  const line = { lineStyle: { color: token("--ht-line") } };
  const axis = { axisLabel: text, axisLine: { lineStyle: { color: token("--ht-control") } }, splitLine: line, nameTextStyle: text };
  const dark = document.documentElement.dataset.bsTheme === "dark";
  const theme = {
    color: dark
      ? ["#e8766e", "#8fbff2", "#ecb652", "#74cf97", "#c3a6ea", "#6fd0d0", "#d9a98c", "#b9b3ad"]
      : ["#9e1b1b", "#1d5691", "#b97c10", "#2a7a4b", "#6d4aa0", "#14797a", "#9b5a32", "#6b6660"],
    backgroundColor: "transparent",
    textStyle: text,
    legend: { textStyle: text },
    title: { textStyle: text },
    tooltip: { backgroundColor: token("--ht-surface"), borderColor: token("--ht-control"), textStyle: text },
    categoryAxis: axis,
    valueAxis: axis,
    timeAxis: axis,
    logAxis: axis,
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const option = async (box) => {
    if (box.dataset.chartOption) return JSON.parse(box.dataset.chartOption);
    const answer = await fetch(box.dataset.chartUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${box.dataset.chartUrl}: ${answer.status}`);
    return answer.json();
  };
  const draw = async (box) => {
    box.dataset.drawn = "";
    try {
      const wanted = await option(box);
      const chart = window.echarts.init(box, theme, { renderer: "svg" });
      // Patterns beside colours, so that colour is never the only sign.
      const grid = wanted.xAxis ? { grid: { left: 12, right: 20, top: 40, bottom: 12, containLabel: true } } : {};
      chart.setOption({ ...grid, animation: !still, aria: { enabled: true, label: { enabled: false }, decal: { show: true } }, ...wanted });
      new ResizeObserver(() => chart.resize()).observe(box);
    } catch (error) {
      console.error(error);
      box.hidden = true;
      const table = box.parentElement.querySelector("details");
      if (table) table.open = true;
    }
  };
  window.huitangCharts = (boxes) => boxes.forEach(draw);

  const boxes = [...document.querySelectorAll("[data-chart]:not([data-drawn])")];
  if (!boxes.length) return;
  const script = document.createElement("script");
  script.src = boxes[0].dataset.echartsScript;
  script.addEventListener("load", () => window.huitangCharts([...document.querySelectorAll("[data-chart]:not([data-drawn])")]));
  script.addEventListener("error", () => boxes.forEach((box) => { box.hidden = true; const table = box.parentElement.querySelector("details"); if (table) table.open = true; }));
  document.head.append(script);
})();
