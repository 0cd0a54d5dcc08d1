import { useComputedColorScheme } from "@mantine/core";
import { BarChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { type ReactNode, useEffect, useRef } from "react";

register([BarChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

export interface Bars {
  names: string[];
  series: { name: string; colour: string; values: number[] }[];
}

/** Stacked bars, one per name; the same numbers stand in a table beside, for whoever cannot see them. */
export function BarsChart({ bars, label }: { bars: Bars; label: string }): ReactNode {
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
      xAxis: { type: "value", minInterval: 1, ...axis },
      yAxis: { type: "category", inverse: true, data: bars.names, ...axis, splitLine: { show: false } },
      series: bars.series.map((one) => ({ type: "bar", stack: "all", name: one.name, data: one.values, itemStyle: { color: one.colour }, barMaxWidth: 26 })),
    });
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      chart.dispose();
    };
    // The colours are those of the page, light or dark.
  }, [bars, scheme]);
  return <div ref={place} role="img" aria-label={label} className="quiet" style={{ height: 60 + 44 * Math.max(bars.names.length, 2) }} />;
}
