import { useComputedColorScheme } from "@mantine/core";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { type ReactNode, useCallback, useEffect, useRef } from "react";

register([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

export interface Bars {
  names: string[];
  series: { name: string; colour: string; values: number[] }[];
}

interface Look {
  axis: { axisLabel: object; axisLine: object; splitLine: object };
}

interface DrawnProps {
  label: string;
  height: number;
  /** What is drawn, in the colours of the page; the same function as long as it draws the same. */
  options: (look: Look) => object;
}

function Drawn({ label, height, options }: DrawnProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  useEffect(() => {
    if (!place.current) return;
    const look = getComputedStyle(place.current);
    const textStyle = { color: look.color };
    const lineStyle = { color: look.getPropertyValue("--mantine-color-default-border") };
    const axis = { axisLabel: textStyle, axisLine: { lineStyle }, splitLine: { lineStyle } };
    const chart = init(place.current, undefined, { renderer: "svg" });
    chart.setOption({
      animation: false,
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      legend: { top: 0, left: 0, textStyle },
      tooltip: { trigger: "axis", renderMode: "richText" },
      ...options({ axis }),
    });
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      chart.dispose();
    };
    // The colours are those of the page, light or dark.
  }, [options, scheme]);
  return <div ref={place} role="img" aria-label={label} className="quiet" style={{ height }} />;
}

/** Stacked bars, one per name; the same numbers stand in a table beside, for whoever cannot see them. */
export function BarsChart({ bars, label }: { bars: Bars; label: string }): ReactNode {
  const options = useCallback(
    ({ axis }: Look) => ({
      xAxis: { type: "value", minInterval: 1, ...axis },
      yAxis: { type: "category", inverse: true, data: bars.names, ...axis, splitLine: { show: false } },
      series: bars.series.map((one) => ({ type: "bar", stack: "all", name: one.name, data: one.values, itemStyle: { color: one.colour }, barMaxWidth: 26 })),
    }),
    [bars],
  );
  return <Drawn label={label} height={60 + 44 * Math.max(bars.names.length, 2)} options={options} />;
}

const COURSE_HEIGHT = 300;

/** What happened from one time to the next as bars beside each other, and what stood at each end as a line over them. */
export function CourseChart({ bars, line, label }: { bars: Bars; line: Bars["series"][number]; label: string }): ReactNode {
  const options = useCallback(
    ({ axis }: Look) => ({
      xAxis: { type: "category", data: bars.names, ...axis, splitLine: { show: false } },
      yAxis: [
        { type: "value", minInterval: 1, ...axis },
        { type: "value", minInterval: 1, position: "right", ...axis, splitLine: { show: false } },
      ],
      series: [
        ...bars.series.map((one) => ({ type: "bar", name: one.name, data: one.values, itemStyle: { color: one.colour }, barMaxWidth: 18, barGap: 0 })),
        { type: "line", name: line.name, data: line.values, yAxisIndex: 1, symbol: "circle", symbolSize: 5, showSymbol: line.values.length < 40, itemStyle: { color: line.colour }, lineStyle: { color: line.colour, width: 2 } },
      ],
    }),
    [bars, line],
  );
  return <Drawn label={label} height={COURSE_HEIGHT} options={options} />;
}
