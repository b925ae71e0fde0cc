import type { Recall } from "@/lib/metrics";

export type RecallKey = keyof Recall;

const choices: readonly (readonly [RecallKey, string])[] = [
  ["r1", "R@1"],
  ["r5", "R@5"],
  ["r10", "R@10"],
];

interface RecallPickerProps {
  readonly value: RecallKey;
  readonly onChange: (value: RecallKey) => void;
}

export function RecallPicker({ value, onChange }: RecallPickerProps) {
  return (
    <fieldset className="flex rounded-lg bg-sunken p-0.5">
      <legend className="sr-only">Recall at</legend>
      {choices.map(([key, label]) => (
        <label
          key={key}
          className="cursor-pointer rounded-md px-3 py-1 text-muted has-checked:bg-surface has-checked:font-medium has-checked:text-ink has-checked:shadow-sm has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name="recall"
            className="sr-only"
            checked={value === key}
            onChange={() => onChange(key)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
