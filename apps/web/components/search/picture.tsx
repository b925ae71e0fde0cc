import type { Aspect } from "@/lib/contract";

// Signs, icons and logos are square and want some air around them; photographs fill their box.
export const shapes: Readonly<Record<Aspect, string>> = {
  portrait: "aspect-[3/4]",
  square: "aspect-square *:p-[6%]",
  landscape: "aspect-[4/3]",
  wide: "aspect-video",
};

interface PictureProps {
  readonly src: string;
  readonly alt: string;
  readonly aspect: Aspect;
  readonly eager?: boolean;
}

/** A picture in a box of fixed shape, on white like the paper of a print: thumbnails are stored so. */
export function Picture({ src, alt, aspect, eager = false }: PictureProps) {
  return (
    <span
      className={`block overflow-hidden rounded-[inherit] bg-white dark:brightness-[0.94] ${shapes[aspect]}`}
    >
      {/* biome-ignore lint/performance/noImgElement: thumbnails are already small WebP files */}
      <img
        src={src}
        alt={alt}
        loading={eager ? "eager" : "lazy"}
        decoding="async"
        draggable={false}
        className="size-full object-contain text-[0px]"
      />
    </span>
  );
}
