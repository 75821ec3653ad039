// Draws each chart of the page from the JSON block beside it, as SVG, with patterns and a description.
// The table twin is folded away only once the picture stands; every bar leads to the list it counts.

const TONES = {
  late: "--late-fill",
  soon: "--soon-fill",
  open: "--open-fill",
  accent: "--open-fill",
  done: "--done",
  other: "--line-strong",
  plain: "--ink-soft",
};
const ROW_HEIGHT = 36;

// Custom properties hold light-dark(); only a used colour is resolved by the browser.
function colour(name) {
  const probe = document.createElement("span");
  probe.className = "visually-hidden";
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function series(entry, data, across) {
  const line = data.kind === "line";
  return {
    type: line ? "line" : "bar",
    name: entry.name,
    data: entry.values,
    stack: data.stacked && !line ? "total" : undefined,
    barMaxWidth: across ? 18 : 40,
    symbolSize: 7,
    itemStyle: { color: colour(TONES[entry.tone] ?? TONES.other), borderColor: colour("--surface"), borderWidth: line ? 0 : 1 },
    label: {
      show: !line && (!data.stacked || data.series.length === 1),
      position: across ? "right" : "top",
      color: colour("--ink"),
      formatter: ({ value }) => (value ? String(value) : ""),
    },
    cursor: entry.links?.length ? "pointer" : "default",
  };
}

function option(data, description) {
  const across = data.kind === "bars";
  const ink = colour("--ink");
  const soft = colour("--ink-soft");
  const category = {
    type: "category",
    data: data.categories,
    inverse: across,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colour("--line-strong") } },
    axisLabel: { color: ink, fontSize: 14, interval: across ? 0 : "auto" },
  };
  const value = {
    type: "value",
    min: 0,
    minInterval: 1,
    axisLabel: { color: soft, fontSize: 13 },
    splitLine: { lineStyle: { color: colour("--line") } },
  };
  return {
    animation: false,
    aria: { enabled: true, decal: { show: data.series.length > 1 }, label: { description } },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    legend: { show: data.series.length > 1, top: 0, left: 0, itemGap: 20, textStyle: { color: ink, fontSize: 14 } },
    // The HTML tooltip writes style attributes, which the content policy forbids.
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      axisPointer: { type: "shadow", shadowStyle: { color: colour("--line"), opacity: 0.35 } },
      backgroundColor: colour("--surface-raised"),
      borderColor: colour("--line"),
      textStyle: { color: ink },
      valueFormatter: (number) => `${number} ${data.unit ?? ""}`,
    },
    grid: { left: 4, right: 36, top: data.series.length > 1 ? 40 : 8, bottom: 4, containLabel: true },
    xAxis: across ? value : category,
    yAxis: across ? category : value,
    series: data.series.map((entry) => series(entry, data, across)),
  };
}

function draw(picture) {
  const data = JSON.parse(document.getElementById(picture.dataset.chart).textContent);
  const figure = picture.closest("figure");
  const description = figure.querySelector("figcaption").innerText.replace(/\s*\n\s*/g, " ");
  picture.hidden = false;
  if (data.kind === "bars") picture.style.height = `${Math.max(3, data.categories.length) * ROW_HEIGHT + 70}px`;
  const chart = echarts.init(picture, null, { renderer: "svg" });
  const paint = () => chart.setOption(option(data, description), true);
  paint();
  chart.on("click", ({ seriesIndex, dataIndex }) => {
    const address = data.series[seriesIndex].links?.[dataIndex] ?? data.links?.[dataIndex];
    if (address) window.location.assign(address);
  });
  figure.querySelector(".chart__table").open = false;
  new ResizeObserver(() => chart.resize()).observe(picture);
  document.addEventListener("themechange", paint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  window.addEventListener("beforeprint", paint);
}

for (const picture of document.querySelectorAll("[data-chart]")) {
  if (picture.dataset.rows !== "0") draw(picture);
}
