const paths = {
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  cross: "m3 3 10 10M13 3 3 13",
  picture: "M2.5 3.5h11v9h-11zM2.5 11l3.2-3.2 2.3 2.3 2.2-2.2 3.3 3.3M5.6 6.1h.01",
  filter: "M2.5 4.5h11M4.5 8h7M6.5 11.5h3",
  search: "M10.6 10.6 14 14M11.7 7a4.7 4.7 0 1 1-9.4 0 4.7 4.7 0 0 1 9.4 0Z",
  clock: "M8 5v3.2l2 1.3M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0Z",
  globe: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM2 8h12M8 2c4 4 4 8 0 12M8 2C4 6 4 10 8 14",
  left: "M10 3 5 8l5 5",
  right: "m6 3 5 5-5 5",
} as const;

interface IconProps {
  readonly name: keyof typeof paths;
  readonly className?: string;
}

/** A drawing of one stroke, as large as its class says; what it means is said beside it. */
export function Icon({ name, className = "size-4" }: IconProps) {
  return (
    <svg viewBox="0 0 16 16" className={`shrink-0 ${className}`} aria-hidden="true">
      <path
        d={paths[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
