"use client";

import { type ComponentProps, useEffect, useRef } from "react";

interface FreeInputProps extends Omit<ComponentProps<"input">, "onChange" | "value" | "ref"> {
  readonly value: string;
  readonly onText: (text: string) => void;
}

/** A box for text that may not mean anything yet, as "0." on the way to 0.5; what changes elsewhere, as by Back, it shows. */
export function FreeInput({ value, onText, ...rest }: FreeInputProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current && input.current !== document.activeElement) input.current.value = value;
  }, [value]);
  return (
    <input
      ref={input}
      defaultValue={value}
      onChange={(event) => onText(event.target.value)}
      onBlur={(event) => {
        if (event.target.value === "") event.target.value = value;
      }}
      {...rest}
    />
  );
}
