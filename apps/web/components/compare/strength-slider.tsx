import { useId, useState } from "react";
import { LineChart } from "@/components/chart/line-chart";
import { lineLook } from "@/components/chart/series";
import { numberAxis } from "@/components/chart/x-axis";
import { Sentence } from "@/components/sentence";
import { useWords } from "@/components/words";
import type { StrengthsFacts } from "@/lib/contract";
import { orderSets, setLabel } from "@/lib/run";

interface StrengthSliderProps extends StrengthsFacts {
  readonly value: number;
  readonly onChange: (strength: number) => void;
}

/** Chooses one of the computed strengths; under it, what each finds in and out of domain. */
export function StrengthSlider({ strengths, recall, value, onChange }: StrengthSliderProps) {
  const { words } = useWords();
  const [hovered, onCursor] = useState<number>();
  const marks = useId();
  const sets = orderSets(recall.flatMap((one) => Object.keys(one.sets)));
  const series = sets.map((name, i) => ({
    name: setLabel(name, words),
    ...lineLook(i),
    dots: true,
    points: recall.flatMap(({ strength, sets }) => {
      const y = sets[name]?.r10;
      return y === undefined ? [] : [{ x: strength, y }];
    }),
  }));
  return (
    <div>
      <label className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-2">
        {words.compare.strength}
        <input
          type="range"
          min="0"
          max={strengths.length - 1}
          step="1"
          list={marks}
          value={strengths.indexOf(value)}
          aria-valuetext={String(value)}
          onChange={(event) => onChange(strengths[Number(event.target.value)] ?? 0)}
          className="col-span-2 row-start-2 w-full accent-accent"
        />
        <output className="font-semibold text-base tabular-nums">{value}</output>
      </label>
      <datalist id={marks}>
        {strengths.map((strength, i) => (
          <option key={strength} value={i} label={String(strength)} />
        ))}
      </datalist>
      <div className="mt-4">
        {series.length === 0 ? (
          <p className="text-muted">
            <Sentence>{words.compare.noRecall}</Sentence>
          </p>
        ) : (
          <LineChart
            title={words.compare.recall}
            series={series}
            xAxis={numberAxis(words.compare.axis)}
            cursor={hovered ?? value}
            onCursor={onCursor}
            include={[0]}
          />
        )}
      </div>
    </div>
  );
}
